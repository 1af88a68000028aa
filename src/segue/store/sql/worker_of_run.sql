SELECT w.id, w.name, w.last_heartbeat, w.heartbeat_seconds
FROM flow_run AS r
JOIN worker AS w ON w.id = r.worker_id
WHERE r.id = :id
