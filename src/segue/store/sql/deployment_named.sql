SELECT
    d.id, d.name, d.flow_id, f.name, d.created, d.updated, d.version_number, d.version, d.entrypoint, d.path, d.pull_steps,
    d.parameters, d.parameter_schema, d.enforce_schema, d.tags, d.labels, d.description, d.paused, d.pool_id, p.name,
    d.queue_id, q.name, d.job_variables, d.concurrency_limit, d.concurrency_options, d.keep_running
FROM deployment AS d
JOIN flow AS f ON f.id = d.flow_id
LEFT JOIN work_pool AS p ON p.id = d.pool_id
LEFT JOIN work_queue AS q ON q.id = d.queue_id
WHERE f.name = :flow AND d.name = :name
