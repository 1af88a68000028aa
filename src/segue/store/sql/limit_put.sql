INSERT INTO concurrency_limit (id, name, slots, active, decay, level, level_at, created, updated)
VALUES (:id, :name, :slots, :active, :decay, 0, :now, :now, :now)
