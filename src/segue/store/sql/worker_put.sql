INSERT INTO worker (id, pool_id, name, queues, slots, facts, heartbeat_seconds, last_heartbeat, created)
VALUES (:id, :pool_id, :name, :queues, :slots, :facts, :heartbeat_seconds, :now, :now)
ON CONFLICT (pool_id, name) DO UPDATE SET
    queues = excluded.queues,
    slots = excluded.slots,
    facts = excluded.facts,
    heartbeat_seconds = excluded.heartbeat_seconds,
    last_heartbeat = excluded.last_heartbeat
