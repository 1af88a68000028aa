SELECT count(*)
FROM lease AS l
JOIN flow_run AS r ON r.id = l.id
WHERE l.ended IS NULL AND :of_id IN (r.deployment_id, r.work_queue_id, r.work_pool_id)
