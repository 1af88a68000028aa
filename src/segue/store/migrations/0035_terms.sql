-- What a run was told when it was made, as JSON: its retries, a task's version, the attempt of the flow that made it.
ALTER TABLE flow_run ADD COLUMN terms TEXT;
ALTER TABLE task_run ADD COLUMN terms TEXT;
