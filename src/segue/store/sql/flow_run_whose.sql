SELECT lease_id, root_flow_run_id FROM flow_run WHERE id = :id
