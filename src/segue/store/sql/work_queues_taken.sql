-- CROSS JOIN: SQLite keeps its order, and would else look through all runs there are.
SELECT r.work_queue_id, count(*)
FROM lease AS l
CROSS JOIN flow_run AS r
WHERE r.id = l.id AND l.ended IS NULL AND r.work_pool_id = :pool_id
GROUP BY r.work_queue_id
