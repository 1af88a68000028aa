-- The worker that started a run, and by which it hears of cancellations.
ALTER TABLE flow_run ADD COLUMN worker_id TEXT;
CREATE INDEX flow_run_worker ON flow_run (worker_id)
    WHERE state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING') AND worker_id IS NOT NULL;
CREATE INDEX flow_run_worker_cancelling ON flow_run (worker_id) WHERE state_type = 'CANCELLING' AND worker_id IS NOT NULL;
CREATE INDEX deployment_limited ON deployment (id) WHERE concurrency_limit IS NOT NULL;
