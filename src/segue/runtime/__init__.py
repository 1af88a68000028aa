"""Facts about the run whose code is running: `segue.runtime.flow_run.name`, `task_run.parameters`, `deployment.id`."""

from segue.runtime import deployment as deployment
from segue.runtime import flow_run as flow_run
from segue.runtime import task_run as task_run

__all__ = ["deployment", "flow_run", "task_run"]
