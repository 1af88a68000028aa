SELECT o.created_by, r.created_by
FROM flow_run AS r LEFT JOIN flow_run AS o ON o.id = r.root_flow_run_id
WHERE r.id = :id
