"""Runs user code: the life of a flow run and of a task run, each written once as a generator of asks. Floor 4."""
