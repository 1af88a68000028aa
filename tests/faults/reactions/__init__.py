"""Automations on servers that are killed: what must have fired, and what must have been done about it."""
