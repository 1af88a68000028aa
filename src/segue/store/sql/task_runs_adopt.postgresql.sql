UPDATE task_run SET child_flow_run_id = v ->> 1
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
WHERE task_run.id = v ->> 0
