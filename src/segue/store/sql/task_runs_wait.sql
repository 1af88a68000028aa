UPDATE task_run SET waiting = 1, lease_id = NULL WHERE id IN (SELECT value FROM json_each(:ids))
