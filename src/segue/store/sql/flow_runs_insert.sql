INSERT INTO flow_run (
    id, flow_id, name, state_seq, state_type, state_name, created, updated, lease_id, fence, parent_task_run_id,
    parent_flow_run_id, root_flow_run_id, flow_version, entrypoint, parameters, tags, durable, run_count,
    expected_start_time, start_time, end_time, total_run_time, created_by, idempotency_key, due, terms
)
SELECT
    value ->> 0, (SELECT id FROM flow WHERE name = value ->> 1), value ->> 2, :base + (value ->> 3), value ->> 4, value ->> 5, value ->> 6, value ->> 7,
    value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15,
    value ->> 16, value ->> 17, value ->> 18, value ->> 19, value ->> 20, value ->> 21, value ->> 22, value ->> 23,
    value ->> 24, value ->> 25, value ->> 26
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO NOTHING
