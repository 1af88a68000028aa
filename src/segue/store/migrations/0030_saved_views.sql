-- Filters of the page of runs under a name. `account_id` is whose it is; empty for a view that everybody has.
CREATE TABLE saved_view (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    filters TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    UNIQUE (account_id, name)
);
