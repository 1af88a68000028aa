INSERT INTO flow_run (
    id, flow_id, name, state_seq, state_type, state_name, created, updated, lease_id, fence, parent_task_run_id,
    parent_flow_run_id, root_flow_run_id, flow_version, entrypoint, parameters, tags, durable, run_count,
    expected_start_time, start_time, end_time, total_run_time, created_by, idempotency_key, due, terms
)
SELECT
    v ->> 0, (SELECT id FROM flow WHERE name = v ->> 1), v ->> 2, :base + (v ->> 3)::bigint, v ->> 4, v ->> 5,
    (v ->> 6)::bigint, (v ->> 7)::bigint, v ->> 8, (v ->> 9)::bigint, v ->> 10, v ->> 11, v ->> 12, v ->> 13, v ->> 14,
    nullif(v -> 15, 'null'), nullif(v -> 16, 'null'), (v ->> 17)::integer, (v ->> 18)::integer, (v ->> 19)::bigint,
    (v ->> 20)::bigint, (v ->> 21)::bigint, (v ->> 22)::double precision, nullif(v -> 23, 'null'), v ->> 24,
    (v ->> 25)::bigint, v ->> 26
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
ON CONFLICT (id) DO NOTHING
