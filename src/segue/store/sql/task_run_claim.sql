UPDATE task_run SET waiting = NULL, lease_id = id WHERE id = :id
