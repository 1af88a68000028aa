SELECT count(*) FROM flow_run WHERE work_queue_id = :queue_id AND state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'CANCELLING')
