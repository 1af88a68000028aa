SELECT id
FROM flow_run
WHERE deployment_id = :deployment_id AND state_type = 'SCHEDULED' AND run_count = 0 AND fence = 0
