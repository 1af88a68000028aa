SELECT r.id
FROM flow_run AS r
WHERE r.state_type = 'PAUSED' AND r.due < :now
    AND NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.id = r.lease_id AND l.ended IS NULL)
ORDER BY r.due
LIMIT :limit
