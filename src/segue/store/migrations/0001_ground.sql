CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One row: the last number given to a row of state_row. Numbers are never given twice, even after rows are deleted.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('state', 0);

CREATE TABLE flow (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    tags TEXT
) WITHOUT ROWID;

CREATE TABLE lease (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    fence INTEGER NOT NULL,
    host TEXT NOT NULL,
    boot TEXT NOT NULL,
    pid_namespace TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    expires INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    -- Set when its run is over: the last log lines may still arrive, nothing else may.
    ended INTEGER
) WITHOUT ROWID;

CREATE INDEX lease_ended ON lease (ended) WHERE ended IS NOT NULL;

CREATE TABLE flow_run (
    id TEXT PRIMARY KEY,
    flow_id TEXT NOT NULL,
    name TEXT NOT NULL,
    state_seq INTEGER NOT NULL,
    state_type TEXT NOT NULL,
    state_name TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    lease_id TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    parent_task_run_id TEXT,
    parent_flow_run_id TEXT,
    root_flow_run_id TEXT,
    deployment_id TEXT,
    flow_version TEXT,
    entrypoint TEXT,
    parameters TEXT,
    tags TEXT,
    durable INTEGER NOT NULL DEFAULT 0,
    run_count INTEGER NOT NULL DEFAULT 0,
    expected_start_time INTEGER,
    start_time INTEGER,
    end_time INTEGER,
    total_run_time REAL NOT NULL DEFAULT 0,
    created_by TEXT,
    idempotency_key TEXT,
    late_outcome TEXT
);

CREATE INDEX flow_run_created ON flow_run (created);
CREATE INDEX flow_run_state ON flow_run (state_type, created);
CREATE INDEX flow_run_started ON flow_run (start_time);
CREATE INDEX flow_run_flow ON flow_run (flow_id, created);
CREATE INDEX flow_run_name ON flow_run (name);
CREATE INDEX flow_run_parent ON flow_run (parent_flow_run_id) WHERE parent_flow_run_id IS NOT NULL;
CREATE INDEX flow_run_cancelling ON flow_run (lease_id) WHERE state_type = 'CANCELLING';
CREATE UNIQUE INDEX flow_run_idempotency ON flow_run (flow_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- What many task runs share is kept once.
CREATE TABLE task (
    n INTEGER PRIMARY KEY,
    task_key TEXT NOT NULL,
    name TEXT NOT NULL,
    entrypoint TEXT NOT NULL,
    UNIQUE (task_key, name, entrypoint)
);

CREATE TABLE task_run (
    id TEXT PRIMARY KEY,
    flow_run_id TEXT,
    task_n INTEGER NOT NULL,
    name TEXT NOT NULL,
    state_seq INTEGER NOT NULL,
    state_type TEXT NOT NULL,
    state_name TEXT NOT NULL,
    created INTEGER NOT NULL,
    start_time INTEGER,
    end_time INTEGER,
    total_run_time REAL,
    run_count INTEGER NOT NULL,
    dynamic_key TEXT NOT NULL,
    tags TEXT,
    upstream TEXT,
    cache TEXT,
    step TEXT,
    inputs_ref TEXT,
    parent_task_run_id TEXT,
    child_flow_run_id TEXT,
    -- Only where it differs from the flow run's: tasks outside flows, background tasks.
    lease_id TEXT,
    -- 1 while it waits for a task worker.
    waiting INTEGER
) WITHOUT ROWID;

-- Ids rise with the time of making, and the primary key follows every index column: (flow run, id) is the order of making.
CREATE INDEX task_run_flow_run ON task_run (flow_run_id);
CREATE INDEX task_run_open ON task_run (flow_run_id)
    WHERE state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING');
CREATE INDEX task_run_lease ON task_run (lease_id) WHERE lease_id IS NOT NULL;
CREATE INDEX task_run_waiting ON task_run (created) WHERE waiting IS NOT NULL;

-- The history of every run, and the feed of events: the row is the event. `before` chains a run's rows from the newest,
-- to which the run points, back to the first; so a history is read without an index that would cost more than the row.
CREATE TABLE state_row (
    seq INTEGER PRIMARY KEY,
    before INTEGER,
    subject INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT,
    occurred INTEGER NOT NULL,
    id TEXT NOT NULL,
    body TEXT
);

CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    timestamp INTEGER NOT NULL,
    level INTEGER NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    flow_run_id TEXT,
    task_run_id TEXT
);

CREATE INDEX log_flow_run ON log (flow_run_id, timestamp);
CREATE INDEX log_task_run ON log (task_run_id, timestamp) WHERE task_run_id IS NOT NULL;

CREATE TABLE artifact (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    key TEXT,
    description TEXT,
    data TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    flow_run_id TEXT,
    task_run_id TEXT,
    metadata TEXT
);

CREATE INDEX artifact_created ON artifact (created);
CREATE INDEX artifact_key ON artifact (key, updated) WHERE key IS NOT NULL;
CREATE INDEX artifact_flow_run ON artifact (flow_run_id) WHERE flow_run_id IS NOT NULL;
CREATE INDEX artifact_task_run ON artifact (task_run_id) WHERE task_run_id IS NOT NULL;

CREATE TABLE variable (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    tags TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE run_input (
    flow_run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    sender TEXT,
    created INTEGER NOT NULL,
    PRIMARY KEY (flow_run_id, key)
);
