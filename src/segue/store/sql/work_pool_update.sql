UPDATE work_pool SET
    name = :name,
    description = :description,
    base_job_template = :base_job_template,
    paused = :paused,
    concurrency_limit = :concurrency_limit,
    updated = :now
WHERE id = :id
