UPDATE worker SET last_heartbeat = 0 WHERE id = :id
