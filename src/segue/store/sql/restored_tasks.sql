INSERT INTO task (n, task_key, name, entrypoint)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT DO NOTHING
