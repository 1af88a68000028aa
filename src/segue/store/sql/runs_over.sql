SELECT id
FROM task_run
WHERE id IN (SELECT value FROM json_each(:ids)) AND state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
UNION ALL
SELECT id
FROM flow_run
WHERE id IN (SELECT value FROM json_each(:ids)) AND state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
