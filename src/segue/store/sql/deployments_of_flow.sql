SELECT id FROM deployment WHERE flow_id = :flow_id
