"""Task runs on the workers of a Ray cluster (`pip install "segue[ray]"`)."""

from segue.ray.context import remote_options as remote_options
from segue.ray.task_runners import RayTaskRunner as RayTaskRunner

__all__ = ["RayTaskRunner", "remote_options"]
