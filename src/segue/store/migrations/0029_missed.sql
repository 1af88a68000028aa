-- What did not fire is looked for among all that did.
CREATE INDEX firing_missed ON firing (instant) WHERE outcome = 'skipped';
