-- People, their keys, and the browsers they signed in with. Of what proves them only hashes are stored.
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password TEXT,
    disabled BIGINT,
    last_sign_in BIGINT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

-- Without an account a key is a program's own.
CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    account_id TEXT,
    role TEXT,
    scopes TEXT,
    created BIGINT NOT NULL,
    created_by TEXT,
    expires BIGINT,
    revoked BIGINT,
    last_used BIGINT
);

CREATE INDEX api_key_account ON api_key (account_id);

CREATE TABLE sign_in (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    address TEXT,
    agent TEXT,
    created BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE INDEX sign_in_account ON sign_in (account_id);

-- Passwords that were wrong, by account and by address; `until` is when the next one is looked at.
CREATE TABLE attempt (
    who TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    until BIGINT NOT NULL
);

-- One-time codes by which a program gets a key for the person who is signed in to a browser.
CREATE TABLE login_code (
    digest TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    challenge TEXT NOT NULL,
    name TEXT NOT NULL,
    expires BIGINT NOT NULL
);

-- What runs prove themselves with, for as long as the lease is known; it may do what whoever began the run might.
CREATE TABLE run_token (
    digest TEXT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    actor TEXT,
    rights TEXT
);

CREATE INDEX run_token_lease ON run_token (lease_id);
