"""The flow run whose code (or whose task's code) is running; empty values outside.

`SEGUE__FLOW_RUN_ID` names the run in a process that was started for it and has not entered it yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from segue.engine.lives import FlowLife, current_flow
from segue.engine.session import reading
from segue.host import clock, config
from segue.runtime.attributes import attribute
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.model.runs import FlowRun

id: str | None
tags: list[str]
scheduled_start_time: datetime
name: str | None
flow_name: str | None
flow_version: str | None
parameters: dict[str, Any]
parent_flow_run_id: str | None
parent_deployment_id: str | None
root_flow_run_id: str | None
run_count: int
api_url: str | None
ui_url: str | None
job_variables: dict[str, Any] | None

__all__ = [
    "api_url",
    "flow_name",
    "flow_version",
    "id",
    "job_variables",
    "name",
    "parameters",
    "parent_deployment_id",
    "parent_flow_run_id",
    "root_flow_run_id",
    "run_count",
    "scheduled_start_time",
    "tags",
    "ui_url",
]


def __getattr__(name: str) -> Any:
    """Work an attribute out when it is read."""
    return attribute(__name__, _FIELDS, name)


def __dir__() -> list[str]:
    """Name the attributes."""
    return sorted(_FIELDS)


def _run() -> FlowLife | FlowRun | None:
    life = current_flow.get()
    if life is not None:
        return life
    announced = config.variable("SEGUE__FLOW_RUN_ID")
    return reading().call(FLOW_RUN_READ, ById(announced)) if announced else None


def _of(read: Callable[[FlowLife | FlowRun], Any], outside: Any = None) -> Callable[[], Any]:
    def value() -> Any:
        run = _run()
        return outside if run is None else read(run)

    return value


def _tags() -> list[str]:
    run = _run()
    return [] if run is None else sorted(run.tags)


def _parameters() -> dict[str, Any]:
    run = _run()
    return {} if run is None else dict(run.parameters)


def _scheduled_start_time() -> datetime:
    run = _run()
    if run is None:
        return clock.now()
    made = _made(run)
    return run.created or clock.now() if made is None else made.expected_start_time or made.created


def _flow_name(run: FlowLife | FlowRun) -> str:
    return run.spec.name if isinstance(run, FlowLife) else run.flow_name


def _flow_version(run: FlowLife | FlowRun) -> str | None:
    return run.spec.version if isinstance(run, FlowLife) else run.flow_version


def _made(run: FlowLife | FlowRun) -> FlowRun | None:
    """The run as it was made, if a deployment made it."""
    if isinstance(run, FlowLife):
        made = run.extra.get("deployed")
        return cast("FlowRun | None", made)
    return run


def _parent(run: FlowLife | FlowRun) -> str | None:
    if isinstance(run, FlowLife) and run.parent is not None:
        return run.parent.id
    made = _made(run)
    return None if made is None else made.parent_flow_run_id


def _root(run: FlowLife | FlowRun) -> str | None:
    top = run.root() if isinstance(run, FlowLife) else run
    above = _parent(top)
    while above is not None:
        read = reading().call(FLOW_RUN_READ, ById(above))
        if read.parent_flow_run_id is None:
            return read.id
        above = read.root_flow_run_id or read.parent_flow_run_id
    return top.id


def _parent_deployment(run: FlowLife | FlowRun) -> str | None:
    above = _parent(run)
    return None if above is None else reading().call(FLOW_RUN_READ, ById(above)).deployment_id


def _job_variables(run: FlowLife | FlowRun) -> dict[str, Any]:
    made = _made(run)
    return {} if made is None else dict(made.job_variables)


def _api_url(run: FlowLife | FlowRun) -> str | None:
    base = config.current().api.url
    return f"{base}/flow-runs/{run.id}" if base else None


def _ui_url(run: FlowLife | FlowRun) -> str | None:
    base = config.current().ui_url
    return f"{base}/runs/flow-run/{run.id}" if base else None


_FIELDS: dict[str, Callable[[], Any]] = {
    "id": _of(lambda run: run.id),
    "tags": _tags,
    "scheduled_start_time": _scheduled_start_time,
    "name": _of(lambda run: run.name),
    "flow_name": _of(_flow_name),
    "flow_version": _of(_flow_version),
    "parameters": _parameters,
    "parent_flow_run_id": _of(_parent),
    "parent_deployment_id": _of(_parent_deployment),
    "root_flow_run_id": _of(_root),
    "run_count": _of(lambda run: run.run_count, outside=0),
    "api_url": _of(_api_url),
    "ui_url": _of(_ui_url),
    "job_variables": _of(_job_variables),
}
