"""Nouns: frozen structs, ids, states, events, errors. Floor 0: no IO, no clock, no chance."""
