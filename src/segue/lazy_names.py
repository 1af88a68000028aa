"""Where the names at the root of the package live."""

from __future__ import annotations

import sys
from typing import Any

_RUNS = "segue.flow_runs"
PLACES = {
    "Flow": "segue.flows", "flow": "segue.flows", "Task": "segue.tasks", "task": "segue.tasks", "State": "segue.states",
    "get_run_logger": "segue.logging", "get_client": "segue.client.orchestration", "tags": "segue.context",
    "Transaction": "segue.transactions", "allow_failure": "segue.utilities.annotations",
    "unmapped": "segue.utilities.annotations", "pause_flow_run": _RUNS, "apause_flow_run": _RUNS, "resume_flow_run": _RUNS,
    "serve": "segue.serving", "aserve": "segue.serving", "deploy": "segue.deployments.deploying",
    "aresume_flow_run": _RUNS, "suspend_flow_run": _RUNS, "asuspend_flow_run": _RUNS,
}  # fmt: skip
#: Modules that users reach as attributes of the package.
_MODULES = frozenset(
    {
        "artifacts", "assets", "cache_policies", "client", "context", "deployments", "docker", "exceptions", "filesystems",
        "flow_runs", "flows", "futures", "input", "locking", "logging", "results", "runtime", "serializers", "settings", "states",
        "task_runners", "task_worker", "tasks", "testing", "transactions", "utilities", "variables",
    }
)  # fmt: skip


def load(name: str, namespace: dict[str, Any]) -> Any:
    """Import the module a name lives in and return the name; AttributeError when there is none."""
    place = PLACES.get(name)
    if place is None and name not in _MODULES:
        raise AttributeError(f"module 'segue' has no attribute {name!r}")
    module = f"segue.{name}" if place is None else place
    __import__(module)
    value = sys.modules[module] if place is None else getattr(sys.modules[module], name)
    namespace[name] = value
    return value
