"""The deployment that the running flow run came from; empty values where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from segue.engine.lives import current_flow
from segue.engine.session import reading
from segue.host import config
from segue.model.deployments import Deployment
from segue.model.runs import FlowRun
from segue.runtime.attributes import attribute
from segue.wire.deployments import DEPLOYMENT_READ
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.requests import ById

id: str | None
flow_run_id: str | None
name: str | None
parameters: dict[str, Any]
version: str | None

__all__ = [
    "flow_run_id",
    "id",
    "name",
    "parameters",
    "version",
]


def __getattr__(name: str) -> Any:
    """Work an attribute out when it is read."""
    return attribute(__name__, _FIELDS, name)


def __dir__() -> list[str]:
    """Name the attributes."""
    return sorted(_FIELDS)


def _flow_run_id() -> str | None:
    life = current_flow.get()
    return life.id if life is not None else config.variable("SEGUE__FLOW_RUN_ID")


def _parameters() -> dict[str, Any]:
    life = current_flow.get()
    return dict(life.parameters) if life is not None else {}


def _id() -> str | None:
    life = current_flow.get()
    made = life.root().extra.get("deployed") if life is not None else None
    if isinstance(made, FlowRun):
        return made.deployment_id
    announced = config.variable("SEGUE__FLOW_RUN_ID") if life is None else None
    return reading().call(FLOW_RUN_READ, ById(announced)).deployment_id if announced else None


def _of(read: Callable[[Deployment], Any]) -> Callable[[], Any]:
    def value() -> Any:
        id = _id()
        return None if id is None else read(reading().call(DEPLOYMENT_READ, ById(id)))

    return value


_FIELDS: dict[str, Callable[[], Any]] = {
    "id": _id,
    "flow_run_id": _flow_run_id,
    "name": _of(lambda deployment: deployment.name),
    "parameters": _parameters,
    "version": _of(lambda deployment: deployment.version),
}
