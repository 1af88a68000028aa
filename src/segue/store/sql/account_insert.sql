INSERT INTO account (id, name, role, password, created, updated) VALUES (:id, :name, :role, :password, :now, :now)
