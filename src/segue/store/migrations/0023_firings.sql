-- A firing that an action of a firing brought about: the first of them all, and whether the automation had fired among them before.
ALTER TABLE automation_firing ADD COLUMN root TEXT;
ALTER TABLE automation_firing ADD COLUMN recurs INTEGER NOT NULL DEFAULT 0;
CREATE INDEX automation_firing_recurs ON automation_firing (root, automation_id, fired) WHERE recurs = 1;
INSERT INTO evaluator (name, cursor, clock, holder, expires) VALUES ('automations', 0, 0, NULL, 0);
