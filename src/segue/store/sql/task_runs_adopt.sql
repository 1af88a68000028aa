UPDATE task_run SET child_flow_run_id = v.value ->> 1
FROM json_each(:rows) AS v
WHERE task_run.id = v.value ->> 0
