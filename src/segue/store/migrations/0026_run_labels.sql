-- Labels of flow runs, and their states by id.
ALTER TABLE flow_run ADD COLUMN labels TEXT;
CREATE INDEX state_flow_run_id ON state_row (id) WHERE subject = 0;
