SELECT id, due
FROM flow_run
WHERE schedule_id = :schedule_id AND state_type = 'SCHEDULED' AND run_count = 0 AND fence = 0
