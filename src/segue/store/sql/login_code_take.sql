DELETE FROM login_code WHERE digest = :digest RETURNING account_id, challenge, name, expires
