SELECT r.id
FROM flow_run AS r
WHERE
    r.deployment_id IN (SELECT value FROM json_each(:deployments))
    AND r.state_type = 'SCHEDULED'
    AND r.due <= :now
    AND NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.id = r.lease_id AND l.ended IS NULL)
ORDER BY r.due, r.id
LIMIT 100
