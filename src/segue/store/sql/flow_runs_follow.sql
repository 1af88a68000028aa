UPDATE flow_run SET
    deployment_version = :version,
    work_pool_id = :pool_id,
    work_queue_id = CASE
        WHEN coalesce(work_pool_id, '') = coalesce(:pool_id, '') AND coalesce(work_queue_id, '') <> coalesce(:old_queue_id, '')
        THEN work_queue_id ELSE :queue_id
    END
WHERE deployment_id = :deployment_id AND state_type = 'SCHEDULED' AND run_count = 0 AND fence = 0
