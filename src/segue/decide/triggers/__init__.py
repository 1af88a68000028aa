"""Triggers of automations: pure rules over the ordered feed of events, and over time."""
