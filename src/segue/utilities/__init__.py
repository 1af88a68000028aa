"""Public modules under the name users know."""
