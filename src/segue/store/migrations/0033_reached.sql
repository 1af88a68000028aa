-- How far the feed has been evaluated, every firing up to there being written; what has been counted is kept as of `cursor`, from which
-- whoever evaluates next goes over the rest again.
ALTER TABLE evaluator ADD COLUMN reached BIGINT NOT NULL DEFAULT 0;
