SELECT
    d.id, CASE WHEN d.keep_running = 1 THEN 1 ELSE d.concurrency_limit END, d.concurrency_options,
    (
        SELECT count(*)
        FROM lease AS l
        JOIN flow_run AS r ON r.id = l.id
        WHERE l.ended IS NULL AND r.deployment_id = d.id
    )
FROM deployment AS d
WHERE d.concurrency_limit IS NOT NULL OR d.keep_running = 1
