SELECT count(*)
FROM state_row AS s
WHERE
    s.seq > :after
    AND s.occurred < :before
    -- Who changed what stays.
    AND NOT (s.subject = 2 AND coalesce(s.name, '') = 'change')
    AND NOT EXISTS (SELECT 1 FROM task_run AS t WHERE t.id = s.run_id AND t.state_seq = s.seq)
    AND NOT EXISTS (SELECT 1 FROM flow_run AS f WHERE f.id = s.run_id AND f.state_seq = s.seq)
