-- The newest artifact of a key is the last entry of that key, and no row is looked at to find it.
DROP INDEX artifact_key;
CREATE INDEX artifact_key ON artifact (key, updated, id) WHERE key IS NOT NULL;
