SELECT r.id
FROM flow AS f JOIN flow_run AS r ON r.flow_id = f.id
WHERE f.name = :flow AND r.idempotency_key = :key
