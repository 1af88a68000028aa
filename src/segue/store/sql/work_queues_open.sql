SELECT id, name, concurrency_limit
FROM work_queue
WHERE pool_id = :pool_id AND paused = 0
ORDER BY priority, name
