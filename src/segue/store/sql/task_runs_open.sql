SELECT
    r.id, r.name, t.name, t.task_key, t.entrypoint, r.flow_run_id, coalesce(r.lease_id, p.lease_id), r.created,
    r.parent_task_run_id, r.child_flow_run_id, r.dynamic_key, r.tags, r.run_count, r.upstream, r.start_time, r.end_time,
    r.total_run_time, r.cache, r.step, r.inputs_ref, r.terms, s.type, s.id, s.name, s.occurred, s.body
FROM task_run AS r
JOIN task AS t ON t.n = r.task_n
JOIN state_row AS s ON s.seq = r.state_seq
LEFT JOIN flow_run AS p ON p.id = r.flow_run_id
WHERE
    r.flow_run_id IN (SELECT value FROM json_each(:flow_run_ids))
    AND (
        r.state_type = 'SCHEDULED' OR r.state_type = 'PENDING' OR r.state_type = 'RUNNING' OR r.state_type = 'PAUSED'
        OR r.state_type = 'CANCELLING'
    )
    -- A run that could not begin for want of its inputs has said all there is to say.
    AND COALESCE(s.name, '') <> 'NotReady'
    AND r.lease_id IS NULL
    AND r.waiting IS NULL
