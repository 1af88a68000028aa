INSERT INTO sign_in (id, account_id, digest, address, agent, created, last_used, expires)
VALUES (:id, :account_id, :digest, :address, :agent, :now, :now, :expires)
