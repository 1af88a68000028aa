-- The beat after which a worker was told to be offline; NULL: it has not been. What was silent already is known to be.
ALTER TABLE worker ADD COLUMN lost BIGINT;
UPDATE worker SET lost = last_heartbeat;
