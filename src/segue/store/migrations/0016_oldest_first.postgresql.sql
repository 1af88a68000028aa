-- NULLs stand last in both directions: each needs an index of its own.
CREATE INDEX flow_run_started_first ON flow_run (start_time);
CREATE INDEX flow_run_ended_first ON flow_run (end_time);
CREATE INDEX flow_run_expected_first ON flow_run (expected_start_time);
