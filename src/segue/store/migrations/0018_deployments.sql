CREATE TABLE work_pool (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    description TEXT,
    base_job_template TEXT,
    paused INTEGER NOT NULL DEFAULT 0,
    concurrency_limit INTEGER,
    default_queue_id TEXT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE work_queue (
    id TEXT PRIMARY KEY,
    pool_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    priority INTEGER NOT NULL DEFAULT 1,
    paused INTEGER NOT NULL DEFAULT 0,
    concurrency_limit INTEGER,
    last_polled BIGINT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    UNIQUE (pool_id, name)
);

CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    pool_id TEXT NOT NULL,
    name TEXT NOT NULL,
    queues TEXT,
    slots INTEGER,
    facts TEXT,
    heartbeat_seconds DOUBLE PRECISION NOT NULL,
    last_heartbeat BIGINT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (pool_id, name)
);

CREATE TABLE deployment (
    id TEXT PRIMARY KEY,
    flow_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version_number INTEGER NOT NULL,
    version TEXT,
    entrypoint TEXT,
    path TEXT,
    pull_steps TEXT,
    parameters TEXT,
    parameter_schema TEXT,
    enforce_schema INTEGER NOT NULL,
    tags TEXT,
    labels TEXT,
    description TEXT,
    paused INTEGER NOT NULL,
    pool_id TEXT,
    queue_id TEXT,
    job_variables TEXT,
    concurrency_limit INTEGER,
    concurrency_options TEXT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    UNIQUE (flow_id, name)
);

CREATE INDEX deployment_name ON deployment (name);
CREATE INDEX deployment_created ON deployment (created);
CREATE INDEX deployment_queue ON deployment (queue_id) WHERE queue_id IS NOT NULL;

-- What a deployment was, as it was told then.
CREATE TABLE deployment_version (
    deployment_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    created BIGINT NOT NULL,
    created_by TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (deployment_id, number)
);

-- The version of its deployment that a run keeps to; the queue where it waits for a worker; what it overrides of the job's
-- variables.
ALTER TABLE flow_run ADD COLUMN deployment_version INTEGER;
ALTER TABLE flow_run ADD COLUMN work_pool_id TEXT;
ALTER TABLE flow_run ADD COLUMN work_queue_id TEXT;
ALTER TABLE flow_run ADD COLUMN job_variables TEXT;
CREATE INDEX flow_run_deployment ON flow_run (deployment_id, created) WHERE deployment_id IS NOT NULL;
CREATE INDEX flow_run_queue ON flow_run (work_queue_id, created) WHERE work_queue_id IS NOT NULL;
-- What is due is found queue by queue in the order of their priorities, or by deployment where no pool is asked; neither reads what
-- is over.
CREATE INDEX flow_run_queue_due ON flow_run (work_queue_id, due) WHERE state_type = 'SCHEDULED' AND work_queue_id IS NOT NULL;
CREATE INDEX flow_run_deployment_due ON flow_run (deployment_id, due) WHERE state_type = 'SCHEDULED' AND deployment_id IS NOT NULL;
CREATE INDEX flow_run_queue_open ON flow_run (work_queue_id)
    WHERE state_type IN ('PENDING', 'RUNNING', 'CANCELLING') AND work_queue_id IS NOT NULL;
CREATE INDEX flow_run_deployment_open ON flow_run (deployment_id)
    WHERE state_type IN ('PENDING', 'RUNNING', 'CANCELLING') AND deployment_id IS NOT NULL;
