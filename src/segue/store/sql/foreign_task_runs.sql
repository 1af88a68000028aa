SELECT t.id
FROM task_run AS t
LEFT JOIN flow_run AS f ON f.id = t.flow_run_id
WHERE t.id IN (SELECT value FROM json_each(:ids))
    AND coalesce(t.lease_id, '') <> :lease_id
    AND coalesce(f.lease_id, '') <> :lease_id
    AND coalesce(f.root_flow_run_id, '') <> :lease_id
LIMIT 1
