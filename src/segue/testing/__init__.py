"""Help for testing flows and tasks."""
