SELECT id
FROM flow_run
WHERE state_type = 'SCHEDULED' AND state_name = 'Scheduled' AND due < :before
ORDER BY due
LIMIT :limit
