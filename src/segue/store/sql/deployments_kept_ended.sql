SELECT d.id
FROM deployment AS d
LEFT JOIN flow_run AS r ON r.id = d.kept_run_id
WHERE
    d.keep_running = 1 AND d.paused = 0
    AND (r.id IS NULL OR r.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'))
LIMIT :limit
