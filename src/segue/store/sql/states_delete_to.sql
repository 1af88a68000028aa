DELETE FROM state_row
WHERE
    seq > :after
    AND seq <= :last
    AND occurred < :before
    -- Who changed what stays.
    AND NOT (subject = 2 AND coalesce(name, '') = 'change')
    AND NOT EXISTS (SELECT 1 FROM task_run AS t WHERE t.id = state_row.run_id AND t.state_seq = state_row.seq)
    AND NOT EXISTS (SELECT 1 FROM flow_run AS f WHERE f.id = state_row.run_id AND f.state_seq = state_row.seq)
