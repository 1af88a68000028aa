"""The machine: clock, ids, process identity, file locks, signals. Floor 0; the only room that asks the machine."""
