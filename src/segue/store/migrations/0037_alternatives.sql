-- SQLite makes a table for a list of more than two whenever it looks whether a row belongs into an index, and it looks for every
-- index at every change of a run. Alternatives are compared where they are. The statements that use an index say them alike.
DROP INDEX flow_run_queue_open;
CREATE INDEX flow_run_queue_open ON flow_run (work_queue_id)
    WHERE work_queue_id IS NOT NULL AND (state_type = 'PENDING' OR state_type = 'RUNNING' OR state_type = 'CANCELLING');

DROP INDEX flow_run_worker;
CREATE INDEX flow_run_worker ON flow_run (worker_id)
    WHERE
        worker_id IS NOT NULL
        AND (
            state_type = 'SCHEDULED' OR state_type = 'PENDING' OR state_type = 'RUNNING' OR state_type = 'PAUSED'
            OR state_type = 'CANCELLING'
        );

DROP INDEX flow_run_schedule_open;
CREATE INDEX flow_run_schedule_open ON flow_run (schedule_id, expected_start_time)
    WHERE
        schedule_id IS NOT NULL
        AND (
            state_type = 'SCHEDULED' OR state_type = 'PENDING' OR state_type = 'RUNNING' OR state_type = 'PAUSED'
            OR state_type = 'CANCELLING'
        );

DROP INDEX task_run_open;
CREATE INDEX task_run_open ON task_run (flow_run_id)
    WHERE
        waiting IS NULL
        AND (
            state_type = 'SCHEDULED' OR state_type = 'PENDING' OR state_type = 'RUNNING' OR state_type = 'PAUSED'
            OR state_type = 'CANCELLING'
        );

-- No statement used it.
DROP INDEX flow_run_deployment_open;
