SELECT
    q.id, q.name, q.pool_id, p.name, q.created, q.updated, q.description, q.priority, q.paused, q.concurrency_limit,
    q.last_polled, p.paused,
    (
        SELECT count(*) FROM flow_run AS r
        WHERE r.work_queue_id = q.id AND (r.state_type = 'PENDING' OR r.state_type = 'RUNNING' OR r.state_type = 'CANCELLING')
    )
FROM work_queue AS q
JOIN work_pool AS p ON p.id = q.pool_id
WHERE q.id = :id
