SELECT
    r.id, r.flow_id, f.name, r.name, r.created, r.updated, r.lease_id, r.fence, r.parent_task_run_id,
    r.parent_flow_run_id, r.root_flow_run_id, r.deployment_id, r.flow_version, r.entrypoint, r.parameters, r.tags,
    r.durable, r.run_count, r.expected_start_time, r.start_time, r.end_time, r.total_run_time, r.created_by,
    r.idempotency_key, r.late_outcome, r.traceparent, r.deployment_version, r.work_pool_id, r.work_queue_id,
    (SELECT p.name FROM work_pool AS p WHERE p.id = r.work_pool_id),
    (SELECT q.name FROM work_queue AS q WHERE q.id = r.work_queue_id),
    r.job_variables, r.labels, r.terms, s.type, s.id, s.name, s.occurred, s.body,
    l.host, l.boot, l.pid_namespace, l.pid, l.started
FROM flow_run AS r
JOIN lease AS l ON l.id = r.lease_id
JOIN flow AS f ON f.id = r.flow_id
JOIN state_row AS s ON s.seq = r.state_seq
WHERE r.state_type = 'CANCELLING' AND l.ended IS NULL
