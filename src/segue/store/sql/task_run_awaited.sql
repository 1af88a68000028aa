UPDATE task_run SET waiting = NULL WHERE id = :id AND state_type <> 'SCHEDULED'
