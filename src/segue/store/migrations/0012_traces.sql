-- The span that a run began in, as W3C's header names it: later parts of the run, in other processes, join its trace.
ALTER TABLE flow_run ADD COLUMN traceparent TEXT;
