UPDATE flow_run SET schedule_id = :schedule_id, due = :due WHERE id = :id
