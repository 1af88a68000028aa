SELECT t.id
FROM task_run AS t
WHERE
    t.end_time < :before
    AND t.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
    AND (t.inputs_ref IS NOT NULL OR t.state_type = 'FAILED')
    AND (t.step IS NULL OR NOT EXISTS (SELECT 1 FROM flow_run AS f WHERE f.id = t.flow_run_id AND f.state_type <> 'COMPLETED'))
