SELECT id, name FROM work_queue WHERE pool_id = :pool_id ORDER BY priority, name
