UPDATE task_run SET waiting = 1 WHERE id = :id
