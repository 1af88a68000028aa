-- Runs that were claimed so long ago and have not begun.
SELECT count(*)
FROM lease AS l
JOIN flow_run AS r ON r.id = l.id
WHERE l.ended IS NULL AND r.deployment_id = :id AND r.state_type = 'PENDING' AND r.updated < :before
