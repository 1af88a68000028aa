UPDATE flow_run SET
    state_seq = :base + (v ->> 1)::bigint,
    state_type = v ->> 2,
    state_name = v ->> 3,
    updated = (v ->> 4)::bigint,
    run_count = greatest((v ->> 5)::integer, run_count),
    start_time = coalesce((v ->> 6)::bigint, start_time),
    end_time = CASE
        WHEN v ->> 2 IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') THEN (v ->> 7)::bigint
    END,
    total_run_time = coalesce((v ->> 8)::double precision, total_run_time),
    due = (v ->> 9)::bigint
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
WHERE flow_run.id = v ->> 0
