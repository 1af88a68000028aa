SELECT id FROM flow_run WHERE worker_id = :id AND state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING') ORDER BY id
