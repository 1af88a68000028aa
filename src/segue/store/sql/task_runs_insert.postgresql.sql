INSERT INTO task_run (
    id, flow_run_id, task_n, name, state_seq, state_type, state_name, created, start_time, end_time, total_run_time,
    run_count, dynamic_key, tags, upstream, cache, step, inputs_ref, parent_task_run_id, lease_id,
    terms
)
SELECT
    v ->> 0, v ->> 1, (:tasks::jsonb ->> (v ->> 2)::integer)::bigint, v ->> 3, :base + (v ->> 4)::bigint, v ->> 5,
    v ->> 6, (v ->> 7)::bigint, (v ->> 8)::bigint, (v ->> 9)::bigint, (v ->> 10)::double precision,
    (v ->> 11)::integer, v ->> 12, nullif(v -> 13, 'null'), nullif(v -> 14, 'null'), nullif(v -> 15, 'null'), v ->> 16,
    v ->> 17, v ->> 18, CASE WHEN v ->> 1 IS NULL THEN :lease_id END, v ->> 19
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
ON CONFLICT (id) DO NOTHING
