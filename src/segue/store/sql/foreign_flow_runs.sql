SELECT f.id
FROM flow_run AS f
WHERE f.id IN (SELECT value FROM json_each(:ids))
    AND f.id <> :lease_id
    AND coalesce(f.lease_id, '') <> :lease_id
    AND coalesce(f.root_flow_run_id, '') <> :lease_id
LIMIT 1
