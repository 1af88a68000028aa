INSERT INTO task_run (
    id, flow_run_id, task_n, name, state_seq, state_type, state_name, created, start_time, end_time, total_run_time,
    run_count, dynamic_key, tags, upstream, cache, step, inputs_ref, parent_task_run_id, lease_id,
    terms
)
SELECT
    value ->> 0, value ->> 1, :tasks ->> (value ->> 2), value ->> 3, :base + (value ->> 4), value ->> 5, value ->> 6, value ->> 7,
    value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15,
    value ->> 16, value ->> 17, value ->> 18, CASE WHEN value ->> 1 IS NULL THEN :lease_id END,
    value ->> 19
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO NOTHING
