INSERT INTO task (n, task_key, name, entrypoint)
SELECT (v ->> 0)::bigint, v ->> 1, v ->> 2, v ->> 3
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
ON CONFLICT DO NOTHING
