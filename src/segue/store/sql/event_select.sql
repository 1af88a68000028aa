-- What the subject decides stands in the value that is looked up: PostgreSQL would look each state up among runs of both kinds.
SELECT
    s.seq, s.subject, s.run_id, s.type, s.name, s.occurred, s.id, s.body, coalesce(r.name, t.name), f.name, f.id,
    coalesce(r.tags, t.tags), t.flow_run_id, p.name, r.deployment_id, d.name, r.work_queue_id, q.name, r.work_pool_id, w.name,
    r.total_run_time, r.start_time, r.expected_start_time
FROM state_row AS s
LEFT JOIN flow_run AS r ON r.id = CASE WHEN s.subject = 0 THEN s.run_id END
LEFT JOIN task_run AS t ON t.id = CASE WHEN s.subject = 1 THEN s.run_id END
LEFT JOIN flow_run AS p ON p.id = t.flow_run_id
LEFT JOIN flow AS f ON f.id = coalesce(r.flow_id, p.flow_id)
LEFT JOIN deployment AS d ON d.id = r.deployment_id
LEFT JOIN work_queue AS q ON q.id = r.work_queue_id
LEFT JOIN work_pool AS w ON w.id = r.work_pool_id
