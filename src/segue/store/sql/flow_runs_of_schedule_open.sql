SELECT r.id
FROM flow_run AS r
WHERE
    r.schedule_id = :schedule_id
    AND r.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
    AND (r.due IS NOT NULL OR r.state_type <> 'SCHEDULED')
ORDER BY r.expected_start_time
