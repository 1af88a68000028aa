UPDATE flow_run SET
    deployment_id = :deployment_id,
    deployment_version = :version,
    work_pool_id = :pool_id,
    work_queue_id = :queue_id,
    job_variables = :job_variables,
    labels = :labels
WHERE id = :id
