INSERT INTO firing (schedule_id, instant, deployment_id, at, outcome, reason, flow_run_id, decided)
SELECT
    value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
FROM json_each(:rows)
WHERE true
