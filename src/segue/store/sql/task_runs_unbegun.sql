SELECT id
FROM task_run
WHERE coalesce(lease_id, '') = :lease_id AND state_type = 'SCHEDULED' AND waiting IS NULL
ORDER BY created, id
