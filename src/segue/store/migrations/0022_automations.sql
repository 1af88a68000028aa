-- Automations. `body` is the automation as it is told; `since` the number in the feed of the change that made it so: what happened
-- before is judged by what it was then, which `automation_version` keeps (without a body where it was deleted).
CREATE TABLE automation (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT,
    enabled INTEGER NOT NULL,
    body TEXT NOT NULL,
    since BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE INDEX automation_name ON automation (name);
CREATE INDEX automation_created ON automation (created);
CREATE INDEX automation_owner ON automation (owner) WHERE owner IS NOT NULL;

CREATE TABLE automation_version (
    automation_id TEXT NOT NULL,
    since BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (automation_id, since)
);
CREATE INDEX automation_version_since ON automation_version (since);

-- What has been counted so far, for each place that counts apart. `due` is when something is to be judged although nothing happens.
CREATE TABLE automation_bucket (
    automation_id TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    due BIGINT,
    PRIMARY KEY (automation_id, key)
);

-- One row: how far the feed has been read for automations, by which clock, and who reads it. Whoever moves `cursor` says where it
-- found it: of two readers only one moves it, with what it found out.
CREATE TABLE evaluator (
    name TEXT PRIMARY KEY,
    cursor BIGINT NOT NULL,
    clock BIGINT NOT NULL,
    holder TEXT,
    expires BIGINT NOT NULL
);

-- `cause` names what made it fire, so that nothing does twice.
CREATE TABLE automation_firing (
    id TEXT PRIMARY KEY,
    automation_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    fired BIGINT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (automation_id, cause)
);
CREATE INDEX automation_firing_automation ON automation_firing (automation_id, fired);
CREATE INDEX automation_firing_fired ON automation_firing (fired);

-- What is to be done about firings, written with them. `due` is when; NULL once it is done or given up.
CREATE TABLE automation_action (
    firing_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    automation_id TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due BIGINT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    problem TEXT,
    answer TEXT,
    PRIMARY KEY (firing_id, number)
);
CREATE INDEX automation_action_due ON automation_action (due) WHERE due IS NOT NULL;
CREATE INDEX automation_action_automation ON automation_action (automation_id, created);
