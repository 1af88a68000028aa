"""The task run whose code is running; empty values outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from segue.engine.lives import TaskLife, current_task
from segue.host import config
from segue.runtime.attributes import attribute

id: str | None
tags: list[str]
name: str | None
parameters: dict[str, Any]
run_count: int
task_name: str | None
api_url: str | None
ui_url: str | None

__all__ = [
    "api_url",
    "id",
    "name",
    "parameters",
    "run_count",
    "tags",
    "task_name",
    "ui_url",
]


def __getattr__(name: str) -> Any:
    """Work an attribute out when it is read."""
    return attribute(__name__, _FIELDS, name)


def __dir__() -> list[str]:
    """Name the attributes."""
    return sorted(_FIELDS)


def _of(read: Callable[[TaskLife], Any], outside: Callable[[], Any] = lambda: None) -> Callable[[], Any]:
    def value() -> Any:
        life = current_task.get()
        return outside() if life is None else read(life)

    return value


def _api_url(life: TaskLife) -> str | None:
    base = config.current().api.url
    return f"{base}/task-runs/{life.id}" if base else None


def _ui_url(life: TaskLife) -> str | None:
    base = config.current().ui_url
    return f"{base}/runs/task-run/{life.id}" if base else None


_FIELDS: dict[str, Callable[[], Any]] = {
    "id": _of(lambda life: life.id),
    "tags": _of(lambda life: sorted(life.tags), list),
    "name": _of(lambda life: life.name),
    "parameters": _of(lambda life: dict(life.parameters), dict),
    "run_count": _of(lambda life: life.run_count, int),
    "task_name": _of(lambda life: life.spec.name),
    "api_url": _of(_api_url),
    "ui_url": _of(_ui_url),
}
