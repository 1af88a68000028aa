-- When a row of the feed was told, where that is more than ten minutes from when it occurred: numbers rise with the time of telling.
ALTER TABLE state_row ADD COLUMN told BIGINT;
CREATE INDEX state_told ON state_row (seq) WHERE told IS NOT NULL;
