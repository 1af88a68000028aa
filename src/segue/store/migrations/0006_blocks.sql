CREATE TABLE block_type (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    logo_url TEXT,
    documentation_url TEXT,
    description TEXT,
    code_example TEXT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE block_schema (
    id TEXT PRIMARY KEY,
    type_id TEXT NOT NULL,
    checksum TEXT NOT NULL,
    fields TEXT NOT NULL,
    capabilities TEXT,
    version TEXT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (type_id, checksum)
);

CREATE INDEX block_schema_checksum ON block_schema (checksum);

-- `data` has masks where secrets are; `sealed` is the whole of it, encrypted with the key that `key_id` names. Without secrets
-- there is nothing sealed.
CREATE TABLE block_document (
    id TEXT PRIMARY KEY,
    type_id TEXT NOT NULL,
    schema_id TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    sealed TEXT,
    key_id TEXT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    UNIQUE (type_id, name)
);

CREATE INDEX block_document_created ON block_document (created);
CREATE INDEX block_document_key ON block_document (key_id) WHERE key_id IS NOT NULL;

-- Which document names which in its data.
CREATE TABLE block_reference (
    from_id TEXT NOT NULL,
    to_id TEXT NOT NULL,
    PRIMARY KEY (from_id, to_id)
);

CREATE INDEX block_reference_to ON block_reference (to_id);
