CREATE TABLE concurrency_limit (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    slots INTEGER NOT NULL,
    active INTEGER NOT NULL,
    -- Slots that become free by themselves each second; NULL for a limit whose slots are held and given back.
    decay DOUBLE PRECISION,
    -- Of a limit with decay: slots taken and not yet decayed, as of an instant.
    level DOUBLE PRECISION NOT NULL DEFAULT 0,
    level_at BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

-- Who holds slots or waits for them. There is no counter: what is occupied is what the living hold.
CREATE TABLE slot_claim (
    limit_id TEXT NOT NULL,
    id TEXT NOT NULL,
    slots INTEGER NOT NULL,
    held INTEGER NOT NULL,
    -- The lease under which it lives, with its fence: when that lease ends, so does the claim. NULL for claims with a time of
    -- their own.
    lease_id TEXT,
    fence BIGINT,
    holder TEXT,
    asked BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (limit_id, id)
);

CREATE INDEX slot_claim_id ON slot_claim (id);
