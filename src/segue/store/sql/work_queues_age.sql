SELECT
    q.id, q.name, p.id, p.name,
    (SELECT min(r.due) FROM flow_run AS r WHERE r.work_queue_id = q.id AND r.state_type = 'SCHEDULED' AND r.due <= :now)
FROM work_queue AS q JOIN work_pool AS p ON p.id = q.pool_id
ORDER BY q.id
LIMIT 1000
