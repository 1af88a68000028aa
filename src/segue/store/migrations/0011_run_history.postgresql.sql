-- What became of the runs of a range of time is counted, and their seconds are added up, in this index alone.
DROP INDEX flow_run_state;
CREATE INDEX flow_run_state ON flow_run (state_type, created, total_run_time);
-- Lists in these orders, the latest first.
CREATE INDEX flow_run_ended ON flow_run (end_time DESC NULLS LAST);
CREATE INDEX flow_run_expected ON flow_run (expected_start_time DESC NULLS LAST);
