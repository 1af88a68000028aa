UPDATE worker SET lost = last_heartbeat
WHERE
    id = :id
    AND last_heartbeat > 0
    AND last_heartbeat + heartbeat_seconds * :missed <= :now
    AND (lost IS NULL OR lost <> last_heartbeat)
