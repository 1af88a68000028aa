UPDATE worker SET last_heartbeat = :now WHERE id IN (SELECT value FROM json_each(:ids))
