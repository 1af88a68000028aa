SELECT id
FROM flow_run
WHERE created < :before AND end_time < :before AND state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
