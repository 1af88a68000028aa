INSERT INTO log (timestamp, level, name, message, flow_run_id, task_run_id)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
FROM json_each(:rows)
