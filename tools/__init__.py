"""Checks and generators for developers; none of it ships in the wheel."""
