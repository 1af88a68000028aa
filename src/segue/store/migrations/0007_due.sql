-- When a flow run that is scheduled may begin; NULL in every other state. What is due is found without a look at what is not.
ALTER TABLE flow_run ADD COLUMN due BIGINT;
UPDATE flow_run SET due = expected_start_time WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_due ON flow_run (due) WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_not_yet_late ON flow_run (due) WHERE state_type = 'SCHEDULED' AND state_name = 'Scheduled';
