-- Whatever the id is of: what counts against the limits of a deployment, a queue or a pool is what is held.
SELECT r.id, r.name, r.updated
FROM lease AS l
JOIN flow_run AS r ON r.id = l.id
WHERE l.ended IS NULL AND :of_id IN (r.deployment_id, r.work_queue_id, r.work_pool_id)
ORDER BY r.id
LIMIT :limit
