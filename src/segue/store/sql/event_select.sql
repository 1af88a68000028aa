SELECT
    s.seq, s.subject, s.run_id, s.type, s.name, s.occurred, s.id, s.body, coalesce(r.name, t.name), coalesce(f.name, k.name),
    coalesce(r.flow_id, t.flow_run_id), coalesce(r.tags, t.tags), p.name
FROM state_row AS s
LEFT JOIN flow_run AS r ON s.subject = 0 AND r.id = s.run_id
LEFT JOIN flow AS f ON f.id = r.flow_id
LEFT JOIN task_run AS t ON s.subject = 1 AND t.id = s.run_id
LEFT JOIN task AS k ON k.n = t.task_n
LEFT JOIN flow_run AS p ON p.id = t.flow_run_id
