SELECT
    w.id, w.name, w.pool_id, p.name, w.created, w.last_heartbeat, w.heartbeat_seconds, w.queues, w.slots, w.facts
FROM worker AS w
JOIN work_pool AS p ON p.id = w.pool_id
WHERE p.name = :pool AND w.name = :name
