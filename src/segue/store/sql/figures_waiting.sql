SELECT count(*), min(s.occurred)
FROM task_run AS r
JOIN state_row AS s ON s.seq = r.state_seq
WHERE r.waiting = 1 AND s.occurred <= :now
