SELECT
    d.concurrency_limit, d.concurrency_options,
    (
        SELECT count(*)
        FROM lease AS l
        JOIN flow_run AS r ON r.id = l.id
        WHERE l.ended IS NULL AND r.deployment_id = d.id AND r.id <> :run_id
    )
FROM deployment AS d
WHERE d.id = :id AND d.concurrency_limit IS NOT NULL AND d.concurrency_options IS NOT NULL
