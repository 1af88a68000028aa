SELECT
    q.id, q.name, p.name,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM flow_run AS r WHERE r.work_queue_id = q.id AND r.state_type = 'SCHEDULED' AND r.due <= :now LIMIT 10000
        ) AS waiting
    ),
    (SELECT min(r.due) FROM flow_run AS r WHERE r.work_queue_id = q.id AND r.state_type = 'SCHEDULED' AND r.due <= :now),
    (
        SELECT count(*) FROM (
            SELECT r.state_name FROM flow_run AS r
            WHERE r.work_queue_id = q.id AND r.state_type = 'SCHEDULED' AND r.due <= :now LIMIT 10000
        ) AS waiting WHERE waiting.state_name = 'Late'
    )
FROM work_queue AS q JOIN work_pool AS p ON p.id = q.pool_id
WHERE p.name IN (SELECT value FROM json_each(:names))
ORDER BY p.name, q.priority, q.name
