UPDATE flow_run SET due = :due WHERE id = :id AND state_type = 'SCHEDULED'
