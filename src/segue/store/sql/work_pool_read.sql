SELECT
    p.id, p.name, p.type, p.created, p.updated, p.description, p.base_job_template, p.paused, p.concurrency_limit,
    p.default_queue_id,
    (SELECT max(w.last_heartbeat + CAST(w.heartbeat_seconds * 1000000 AS BIGINT) * 3) FROM worker AS w WHERE w.pool_id = p.id),
    (
        SELECT count(*)
        FROM work_queue AS q JOIN flow_run AS r ON r.work_queue_id = q.id
        WHERE q.pool_id = p.id AND (r.state_type = 'PENDING' OR r.state_type = 'RUNNING' OR r.state_type = 'CANCELLING')
    )
FROM work_pool AS p
WHERE p.name = :name
