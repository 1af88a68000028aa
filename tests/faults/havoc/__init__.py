"""A server, workers and their runs, killed and stopped at random moments under a load: what must hold then, and in the end."""
