-- Events by which the record tells who changed what (`name` is then 'change') are never pruned; this finds the last of one resource.
CREATE INDEX event_change ON state_row (run_id, seq) WHERE subject = 2 AND name = 'change';
