SELECT r.id
FROM task_run AS r
JOIN task AS t ON t.n = r.task_n
JOIN state_row AS s ON s.seq = r.state_seq
WHERE r.waiting = 1 AND t.task_key IN (SELECT value FROM json_each(:keys)) AND s.occurred <= :now
ORDER BY r.created, r.id
LIMIT :limit
FOR UPDATE OF r SKIP LOCKED
