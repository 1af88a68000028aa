-- A list of more than two would be a table that is made for every statement.
UPDATE task_run SET
    state_seq = :base + (v.value ->> 1),
    state_type = v.value ->> 2,
    state_name = v.value ->> 3,
    start_time = coalesce(v.value ->> 4, start_time),
    end_time = CASE v.value ->> 2
        WHEN 'COMPLETED' THEN coalesce(v.value ->> 5, end_time)
        WHEN 'FAILED' THEN coalesce(v.value ->> 5, end_time)
        WHEN 'CRASHED' THEN coalesce(v.value ->> 5, end_time)
        WHEN 'CANCELLED' THEN coalesce(v.value ->> 5, end_time)
    END,
    total_run_time = coalesce(v.value ->> 6, total_run_time),
    run_count = max(v.value ->> 7, run_count),
    cache = coalesce(v.value ->> 8, cache),
    inputs_ref = coalesce(v.value ->> 9, inputs_ref),
    name = coalesce(v.value ->> 10, name),
    upstream = coalesce(v.value ->> 11, upstream),
    step = coalesce(v.value ->> 12, step)
FROM json_each(:rows) AS v
WHERE task_run.id = v.value ->> 0
