SELECT max(priority) FROM work_queue WHERE pool_id = :pool_id
