UPDATE concurrency_limit
SET name = :name, slots = :slots, active = :active, decay = :decay, level = :level, level_at = :now, updated = :now
WHERE id = :id
