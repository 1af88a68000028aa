SELECT count(*) FROM (SELECT 1 FROM task_run WHERE end_time < :before AND state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') LIMIT :limit) AS old
