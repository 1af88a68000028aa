SELECT
    w.id, w.name, w.queues, w.slots, w.last_heartbeat, w.heartbeat_seconds,
    (
        SELECT count(*)
        FROM flow_run AS r
        JOIN lease AS l ON l.id = r.id
        WHERE
            r.worker_id = w.id
            AND (
                r.state_type = 'SCHEDULED' OR r.state_type = 'PENDING' OR r.state_type = 'RUNNING' OR r.state_type = 'PAUSED'
                OR r.state_type = 'CANCELLING'
            )
            AND l.ended IS NULL
    )
FROM worker AS w
WHERE w.pool_id = :pool_id
ORDER BY w.last_heartbeat DESC, w.name
LIMIT :limit
