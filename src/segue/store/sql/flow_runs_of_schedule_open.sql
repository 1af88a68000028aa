SELECT r.id
FROM flow_run AS r
WHERE
    r.schedule_id = :schedule_id
    AND (
        r.state_type = 'SCHEDULED' OR r.state_type = 'PENDING' OR r.state_type = 'RUNNING' OR r.state_type = 'PAUSED'
        OR r.state_type = 'CANCELLING'
    )
    AND (r.due IS NOT NULL OR r.state_type <> 'SCHEDULED')
ORDER BY r.expected_start_time
