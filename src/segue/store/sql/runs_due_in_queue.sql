SELECT r.id, r.deployment_id
FROM flow_run AS r
WHERE
    r.work_queue_id = :queue_id
    AND r.state_type = 'SCHEDULED'
    AND r.due <= :now
    AND (r.deployment_id IS NULL OR r.deployment_id NOT IN (SELECT value FROM json_each(:full)))
    -- A run that waits for its next attempt in its own process is held by it.
    AND NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.id = r.lease_id AND l.ended IS NULL)
ORDER BY r.due, r.id
LIMIT :limit
