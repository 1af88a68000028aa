INSERT INTO artifact (id, type, key, description, data, created, updated, flow_run_id, task_run_id)
SELECT
    value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET
    type = excluded.type,
    data = excluded.data,
    description = coalesce(excluded.description, artifact.description),
    updated = excluded.updated
