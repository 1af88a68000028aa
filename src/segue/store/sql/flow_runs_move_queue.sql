UPDATE flow_run SET work_queue_id = :to_id WHERE work_queue_id = :from_id AND state_type = 'SCHEDULED'
