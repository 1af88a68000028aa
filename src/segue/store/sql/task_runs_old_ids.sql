SELECT id FROM task_run WHERE end_time < :before AND state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') ORDER BY id LIMIT :limit
