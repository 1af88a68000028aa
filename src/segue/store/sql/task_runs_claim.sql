UPDATE task_run SET waiting = NULL, lease_id = :lease_id WHERE id IN (SELECT value FROM json_each(:ids))
