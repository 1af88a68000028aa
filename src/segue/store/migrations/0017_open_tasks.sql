-- Every look at who is gone asks which tasks are open; those that wait for a worker, of which there may be many, do not matter to it.
DROP INDEX task_run_open;
CREATE INDEX task_run_open ON task_run (flow_run_id)
    WHERE state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING') AND waiting IS NULL;
