SELECT r.id, r.deployment_id
FROM flow_run AS r
WHERE
    r.deployment_id IN (SELECT value FROM json_each(:deployments))
    AND r.work_queue_id IS NULL
    AND r.state_type = 'SCHEDULED'
    AND r.due <= :now
    AND r.deployment_id NOT IN (SELECT value FROM json_each(:full))
    AND NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.id = r.lease_id AND l.ended IS NULL)
ORDER BY r.due, r.id
LIMIT :limit
