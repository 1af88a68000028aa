SELECT id
FROM task_run
WHERE flow_run_id IN (SELECT value FROM json_each(:ids)) AND (inputs_ref IS NOT NULL OR state_type = 'FAILED')
