-- Lists by the name of a state (Late, AwaitingRetry), which is any user's word.
CREATE INDEX flow_run_state_name ON flow_run (state_name, created);
-- Lines of all runs in the order of time.
CREATE INDEX log_timestamp ON log (timestamp, id);
-- Almost all task runs are Completed: only the others are listed and counted by state, and only they take room here.
CREATE INDEX task_run_state ON task_run (state_type, id) WHERE state_type <> 'COMPLETED';
