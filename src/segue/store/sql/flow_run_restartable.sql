UPDATE flow_run SET crash_retries = :crash_retries WHERE id = :id
