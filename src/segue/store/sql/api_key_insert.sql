INSERT INTO api_key (id, name, digest, hint, account_id, role, scopes, created, created_by, expires)
VALUES (:id, :name, :digest, :hint, :account_id, :role, :scopes, :now, :created_by, :expires)
