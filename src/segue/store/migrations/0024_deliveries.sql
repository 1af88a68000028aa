-- What is told to the world outside. `due` is when it is sent (again); NULL once it is not any more; while it is being sent, when
-- another may take it over. `same` is what tells of the same, `heap` what is collected into one. `attempts` rises with each attempt
-- and is its fence.
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    automation_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    block_id TEXT,
    same TEXT,
    heap TEXT,
    attempts INTEGER NOT NULL,
    due BIGINT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE INDEX delivery_created ON delivery (created);
CREATE INDEX delivery_automation ON delivery (automation_id, created);
CREATE INDEX delivery_status ON delivery (status, created);
CREATE INDEX delivery_same ON delivery (same, created) WHERE same IS NOT NULL;
CREATE INDEX delivery_heap ON delivery (heap) WHERE heap IS NOT NULL;
