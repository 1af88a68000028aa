UPDATE task_run SET
    state_seq = :base + (v ->> 1)::bigint,
    state_type = v ->> 2,
    state_name = v ->> 3,
    start_time = coalesce((v ->> 4)::bigint, start_time),
    end_time = CASE
        WHEN v ->> 2 IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') THEN coalesce((v ->> 5)::bigint, end_time)
    END,
    total_run_time = coalesce((v ->> 6)::double precision, total_run_time),
    run_count = greatest((v ->> 7)::integer, run_count),
    cache = coalesce(nullif(v -> 8, 'null'), cache),
    inputs_ref = coalesce(v ->> 9, inputs_ref),
    name = coalesce(v ->> 10, name),
    upstream = coalesce(nullif(v -> 11, 'null'), upstream),
    step = coalesce(v ->> 12, step)
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
WHERE task_run.id = v ->> 0
