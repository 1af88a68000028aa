SELECT id FROM flow_run WHERE flow_id = :flow_id AND idempotency_key = :key
