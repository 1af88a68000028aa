SELECT id FROM flow_run WHERE flow_id = :flow_id
