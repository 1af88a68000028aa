INSERT INTO flow (id, name, created) VALUES (:id, :name, :created)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING id
