-- `due` of a flow run that is paused is when its pause ends as a failure. What was paused before this release has none, and fails
-- when somebody tries to resume it.
CREATE INDEX flow_run_paused ON flow_run (due) WHERE state_type = 'PAUSED';
