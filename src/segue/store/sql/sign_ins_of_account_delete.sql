DELETE FROM sign_in WHERE account_id = :account_id
