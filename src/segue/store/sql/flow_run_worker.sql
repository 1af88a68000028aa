SELECT worker_id FROM flow_run WHERE id = :id
