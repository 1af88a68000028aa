-- Runs that were deleted lately: what they kept may still lie on the disks of the machines that ran them.
CREATE TABLE discarded (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);

CREATE INDEX discarded_at ON discarded (at);
