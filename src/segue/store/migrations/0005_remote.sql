-- Ended leases are kept for days, for records that a process kept on its disk while its server was away.
CREATE INDEX lease_open ON lease (id) WHERE ended IS NULL;
-- The request that claimed a background task run: asked again, it is given what it was given.
ALTER TABLE lease ADD COLUMN claim TEXT;
CREATE INDEX lease_claim ON lease (claim) WHERE claim IS NOT NULL;
