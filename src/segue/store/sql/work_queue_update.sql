UPDATE work_queue SET
    name = :name,
    description = :description,
    priority = :priority,
    paused = :paused,
    concurrency_limit = :concurrency_limit,
    updated = :now
WHERE id = :id
