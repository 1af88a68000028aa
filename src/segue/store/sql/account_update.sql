UPDATE account
SET role = :role, password = :password, disabled = :disabled, updated = :now
WHERE id = :id
