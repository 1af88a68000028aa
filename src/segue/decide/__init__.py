"""Pure rules: a snapshot, a command and the instant in, a decision out. Floor 1: no IO, no clock, no chance."""
