"""Workers: claim runs that are due, start each on infrastructure, and see it to its true end."""
