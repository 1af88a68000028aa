INSERT INTO work_queue (id, pool_id, name, description, priority, paused, concurrency_limit, created, updated)
VALUES (:id, :pool_id, :name, :description, :priority, :paused, :concurrency_limit, :now, :now)
