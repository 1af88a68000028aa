SELECT r.id FROM flow_run AS r
WHERE
    r.parent_flow_run_id IN (SELECT value FROM json_each(:ids))
    AND r.deployment_id IS NOT NULL
    AND r.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED')
