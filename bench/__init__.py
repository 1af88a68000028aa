"""Measurements of speed, beside what others need for the same on the same machine at that moment."""
