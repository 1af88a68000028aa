-- A list of more than two would be a table that is made for every statement.
UPDATE flow_run SET
    state_seq = :base + (v.value ->> 1),
    state_type = v.value ->> 2,
    state_name = v.value ->> 3,
    updated = v.value ->> 4,
    run_count = max(v.value ->> 5, run_count),
    start_time = coalesce(v.value ->> 6, start_time),
    end_time = CASE v.value ->> 2
        WHEN 'COMPLETED' THEN v.value ->> 7
        WHEN 'FAILED' THEN v.value ->> 7
        WHEN 'CRASHED' THEN v.value ->> 7
        WHEN 'CANCELLED' THEN v.value ->> 7
    END,
    total_run_time = coalesce(v.value ->> 8, total_run_time),
    due = v.value ->> 9
FROM json_each(:rows) AS v
WHERE flow_run.id = v.value ->> 0
