-- When deployments run by themselves. `body` is the schedule as it is told. Every instant up to `cursor` has its row in `firing`; runs
-- have been made ahead up to `planned`. `wake` says when it must be looked at next, `short` that runs are to be made ahead: so what there
-- is to do is found without reading what was done.
CREATE TABLE schedule (
    id TEXT PRIMARY KEY,
    deployment_id TEXT NOT NULL,
    slug TEXT,
    body TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    planned BIGINT NOT NULL,
    wake BIGINT,
    short INTEGER NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (deployment_id, slug)
);
CREATE INDEX schedule_wake ON schedule (wake) WHERE wake IS NOT NULL;
CREATE INDEX schedule_short ON schedule (id) WHERE short = 1;

CREATE TABLE firing (
    schedule_id TEXT NOT NULL,
    instant BIGINT NOT NULL,
    deployment_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    flow_run_id TEXT,
    decided BIGINT NOT NULL,
    PRIMARY KEY (schedule_id, instant)
);
CREATE INDEX firing_deployment ON firing (deployment_id, instant);
CREATE INDEX firing_instant ON firing (instant);
CREATE INDEX firing_queued ON firing (schedule_id, instant) WHERE outcome = 'queued';

-- The schedule that made a run. One that is made ahead of its time has no `due`, so nobody can begin it before its schedule fires.
ALTER TABLE flow_run ADD COLUMN schedule_id TEXT;
CREATE INDEX flow_run_schedule_open ON flow_run (schedule_id, expected_start_time)
    WHERE schedule_id IS NOT NULL AND state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING');
