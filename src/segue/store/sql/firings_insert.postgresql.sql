INSERT INTO firing (schedule_id, instant, deployment_id, at, outcome, reason, flow_run_id, decided)
SELECT
    v ->> 0, (v ->> 1)::bigint, v ->> 2, (v ->> 3)::bigint, v ->> 4, v ->> 5, v ->> 6, (v ->> 7)::bigint
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
