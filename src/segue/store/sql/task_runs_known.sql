SELECT id, state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
FROM task_run
WHERE id IN (SELECT value FROM json_each(:ids))
