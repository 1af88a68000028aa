-- What a clock that was set back had touched while it was ahead is found without going through all that waits.
CREATE INDEX delivery_touched ON delivery (updated) WHERE due IS NOT NULL;
