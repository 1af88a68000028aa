INSERT INTO log (timestamp, level, name, message, flow_run_id, task_run_id)
SELECT (v ->> 0)::bigint, (v ->> 1)::integer, v ->> 2, v ->> 3, v ->> 4, v ->> 5
FROM jsonb_array_elements(:rows::jsonb) WITH ORDINALITY AS r (v, n)
ORDER BY n
