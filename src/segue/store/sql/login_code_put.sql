INSERT INTO login_code (digest, account_id, challenge, name, expires)
VALUES (:digest, :account_id, :challenge, :name, :expires)
