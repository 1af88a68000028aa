-- The second condition follows from the first, but not for SQLite: an index of what is not Completed serves both.
SELECT state_type, count(*)
FROM task_run
WHERE state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING') AND state_type <> 'COMPLETED'
GROUP BY state_type
