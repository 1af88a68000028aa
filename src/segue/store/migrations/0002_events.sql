-- Events that are no state of a run lie in the same feed (subject 2): `run_id` is then the id of the resource, `type` the name of
-- the event. The indexes cover these rows alone, so that a task run stays as small as it was.
CREATE UNIQUE INDEX event_id ON state_row (id) WHERE subject = 2;
CREATE INDEX event_order ON state_row (seq) WHERE subject = 2;
CREATE INDEX event_name ON state_row (type, seq) WHERE subject = 2;
CREATE INDEX event_resource ON state_row (run_id, seq) WHERE subject = 2;
