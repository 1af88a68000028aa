SELECT r.id
FROM task_run AS r JOIN json_each(:ids) AS v ON r.id = v.value
WHERE r.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
UNION ALL
SELECT r.id
FROM flow_run AS r JOIN json_each(:ids) AS v ON r.id = v.value
WHERE r.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
