SELECT 1 FROM flow_run WHERE id = :id
