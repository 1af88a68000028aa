-- A flow run, the two states before its last one, and the number of the one before these: most runs have no more.
SELECT
    r.id, r.flow_id, f.name, r.name, r.created, r.updated, r.lease_id, r.fence, r.parent_task_run_id,
    r.parent_flow_run_id, r.root_flow_run_id, r.deployment_id, r.flow_version, r.entrypoint, r.parameters, r.tags,
    r.durable, r.run_count, r.expected_start_time, r.start_time, r.end_time, r.total_run_time, r.created_by,
    r.idempotency_key, r.late_outcome, r.traceparent, r.deployment_version, r.work_pool_id, r.work_queue_id,
    (SELECT p.name FROM work_pool AS p WHERE p.id = r.work_pool_id),
    (SELECT q.name FROM work_queue AS q WHERE q.id = r.work_queue_id),
    r.job_variables, r.labels, r.terms, s.type, s.id, s.name, s.occurred, s.body,
    b.type, b.id, b.name, b.occurred, b.body, a.type, a.id, a.name, a.occurred, a.body, a.before
FROM flow_run AS r
JOIN flow AS f ON f.id = r.flow_id
JOIN state_row AS s ON s.seq = r.state_seq
LEFT JOIN state_row AS b ON b.seq = s.before
LEFT JOIN state_row AS a ON a.seq = b.before
WHERE r.id = :id
