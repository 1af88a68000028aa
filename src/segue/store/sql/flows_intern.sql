INSERT INTO flow (id, name, created)
SELECT value ->> 0, value ->> 1, value ->> 2
FROM json_each(:rows)
WHERE true
ON CONFLICT (name) DO NOTHING
