-- Whether there is anything below a run: flow runs that it started, and task runs that may be open.
SELECT
    EXISTS (SELECT 1 FROM flow_run WHERE parent_flow_run_id = :id),
    EXISTS (
        SELECT 1 FROM task_run
        WHERE
            flow_run_id = :id
            AND waiting IS NULL
            AND (
                state_type = 'SCHEDULED' OR state_type = 'PENDING' OR state_type = 'RUNNING' OR state_type = 'PAUSED'
                OR state_type = 'CANCELLING'
            )
    )
