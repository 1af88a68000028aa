INSERT INTO artifact (id, type, key, description, data, created, updated, flow_run_id, task_run_id)
SELECT
    v ->> 0, v ->> 1, v ->> 2, v ->> 3, v -> 4, (v ->> 5)::bigint, (v ->> 6)::bigint, v ->> 7, v ->> 8
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
ON CONFLICT (id) DO UPDATE SET
    type = excluded.type,
    data = excluded.data,
    description = coalesce(excluded.description, artifact.description),
    updated = excluded.updated
