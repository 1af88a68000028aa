INSERT INTO deployment (
    id, flow_id, name, version_number, version, entrypoint, path, pull_steps, parameters, parameter_schema, enforce_schema,
    tags, labels, description, paused, pool_id, queue_id, job_variables, concurrency_limit, concurrency_options, keep_running,
    created, updated
)
VALUES (
    :id, :flow_id, :name, :version_number, :version, :entrypoint, :path, :pull_steps, :parameters, :parameter_schema,
    :enforce_schema, :tags, :labels, :description, :paused, :pool_id, :queue_id, :job_variables, :concurrency_limit,
    :concurrency_options, :keep_running, :now, :now
)
ON CONFLICT (id) DO UPDATE SET
    version_number = excluded.version_number,
    version = excluded.version,
    entrypoint = excluded.entrypoint,
    path = excluded.path,
    pull_steps = excluded.pull_steps,
    parameters = excluded.parameters,
    parameter_schema = excluded.parameter_schema,
    enforce_schema = excluded.enforce_schema,
    tags = excluded.tags,
    labels = excluded.labels,
    description = excluded.description,
    paused = excluded.paused,
    pool_id = excluded.pool_id,
    queue_id = excluded.queue_id,
    job_variables = excluded.job_variables,
    concurrency_limit = excluded.concurrency_limit,
    concurrency_options = excluded.concurrency_options,
    keep_running = excluded.keep_running,
    updated = excluded.updated
