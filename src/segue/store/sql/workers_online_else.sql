SELECT count(*) FROM worker
WHERE pool_id = :pool AND name <> :name AND last_heartbeat + heartbeat_seconds * :missed > :now
