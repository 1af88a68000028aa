INSERT INTO work_pool (id, name, type, description, base_job_template, paused, concurrency_limit, default_queue_id, created, updated)
VALUES (:id, :name, :type, :description, :base_job_template, :paused, :concurrency_limit, :default_queue_id, :now, :now)
