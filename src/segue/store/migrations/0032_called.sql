-- The runs that no other called are counted over time in this index alone, as all runs are.
DROP INDEX flow_run_state;
CREATE INDEX flow_run_state ON flow_run (state_type, created, total_run_time, parent_flow_run_id);
