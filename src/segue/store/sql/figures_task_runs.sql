SELECT state_type, count(*)
FROM task_run
WHERE state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
GROUP BY state_type
