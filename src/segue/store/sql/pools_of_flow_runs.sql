SELECT r.id, p.name
FROM flow_run AS r
JOIN flow_run AS whole ON whole.id = coalesce(r.root_flow_run_id, r.id)
LEFT JOIN work_pool AS p ON p.id = coalesce(r.work_pool_id, whole.work_pool_id)
WHERE r.id IN (SELECT value FROM json_each(:ids))
