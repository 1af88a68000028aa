"""Use cases: one synchronous handler per operation, load, decide, apply, in one transaction. Floor 2."""
