SELECT r.id
FROM flow_run AS r
-- One that was suspended has let its worker go.
JOIN lease AS l ON l.id = r.id AND l.ended IS NULL
WHERE r.worker_id = :id AND r.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
ORDER BY r.id
