SELECT p.name, w.name
FROM worker AS w
JOIN work_pool AS p ON p.id = w.pool_id
WHERE
    w.last_heartbeat > 0
    AND w.last_heartbeat + w.heartbeat_seconds * :missed <= :now
    AND (w.lost IS NULL OR w.lost <> w.last_heartbeat)
ORDER BY w.last_heartbeat
LIMIT :limit
