DELETE FROM sign_in WHERE expires < :now OR last_used < :idle
