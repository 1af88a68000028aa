SELECT r.work_queue_id, count(*)
FROM lease AS l
JOIN flow_run AS r ON r.id = l.id
WHERE l.ended IS NULL AND r.work_pool_id = :pool_id
GROUP BY r.work_queue_id
