UPDATE task_run SET child_flow_run_id = :flow_run_id, lease_id = :flow_run_id WHERE id = :id
