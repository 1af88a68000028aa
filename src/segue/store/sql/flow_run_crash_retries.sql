SELECT crash_retries FROM flow_run WHERE id = :id AND deployment_id IS NOT NULL
