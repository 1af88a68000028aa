"""The deployment that the running flow run came from; empty values where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from segue.engine.lives import current_flow
from segue.host import config
from segue.runtime.attributes import attribute

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


def _nothing() -> None:
    """Answer for what only a deployment has."""


_FIELDS: dict[str, Callable[[], Any]] = {
    "id": _nothing,
    "flow_run_id": _flow_run_id,
    "name": _nothing,
    "parameters": _parameters,
    "version": _nothing,
}
