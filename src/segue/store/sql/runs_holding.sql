-- Whatever the id is of: what counts against the limits of a deployment, a queue or a pool is what is held.
-- CROSS JOIN: SQLite keeps its order, and would else look through all runs there are.
SELECT r.id, r.name, r.updated
FROM lease AS l
CROSS JOIN flow_run AS r
WHERE r.id = l.id AND l.ended IS NULL AND :of_id IN (r.deployment_id, r.work_queue_id, r.work_pool_id)
ORDER BY r.id
LIMIT :limit
