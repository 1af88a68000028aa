SELECT lease_id, flow_run_id FROM task_run WHERE id = :id
