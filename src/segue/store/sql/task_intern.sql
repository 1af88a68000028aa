INSERT INTO task (task_key, name, entrypoint) VALUES (:task_key, :name, :entrypoint)
ON CONFLICT (task_key, name, entrypoint) DO UPDATE SET name = excluded.name
RETURNING n
