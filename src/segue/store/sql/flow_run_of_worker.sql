UPDATE flow_run SET worker_id = :worker_id WHERE id = :id
