SELECT r.id
FROM flow_run AS r
-- One that was suspended has let its worker go.
JOIN lease AS l ON l.id = r.id AND l.ended IS NULL
WHERE r.worker_id = :id AND (
    r.state_type = 'SCHEDULED' OR r.state_type = 'PENDING' OR r.state_type = 'RUNNING' OR r.state_type = 'PAUSED'
    OR r.state_type = 'CANCELLING'
)
ORDER BY r.id
