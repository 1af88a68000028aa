UPDATE task_run SET waiting = NULL, lease_id = :lease_id WHERE id = :id
