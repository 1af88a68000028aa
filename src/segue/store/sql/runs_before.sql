SELECT r.id, r.name, r.due
FROM flow_run AS r
WHERE
    r.work_queue_id = :queue_id
    AND r.state_type = 'SCHEDULED'
    AND r.due <= :now
    AND (r.due < :due OR (r.due = :due AND r.id < :id))
    AND (r.deployment_id IS NULL OR r.deployment_id NOT IN (SELECT value FROM json_each(:full)))
    AND NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.id = r.lease_id AND l.ended IS NULL)
ORDER BY r.due, r.id
LIMIT :limit
