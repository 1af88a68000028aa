DELETE FROM login_code WHERE expires < :now
