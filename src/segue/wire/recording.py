"""What is recorded by others than the engine that runs a flow: log lines, task runs; and one state by its id."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from segue.model.runs import Id, StateRow, TaskRun
from segue.model.states import State
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ById


class NewLog(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A log line; levels are those of Python's logging, from 0 to 50 and beyond."""

    message: str
    level: Annotated[int, Meta(ge=0, le=1_000_000)] = 20
    name: str = ""
    #: By default the moment at which it becomes known.
    timestamp: datetime | None = None
    flow_run_id: Id | None = None
    task_run_id: Id | None = None


class TellLogs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Log lines, at most a thousand; a bare JSON array stands for `items`."""

    items: list[NewLog]


class NewTaskRun(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A task run that somebody else than an engine makes, and moves by `/task-runs/{id}/state` from then on."""

    name: str
    task_name: str
    #: Stable name of the task's code; by default the task's name.
    task_key: str | None = None
    #: By default Pending.
    state: State | None = None
    flow_run_id: Id | None = None
    parent_task_run_id: Id | None = None
    dynamic_key: str = "0"
    tags: list[str] = []
    #: Task runs that its inputs came from, by parameter.
    upstream: dict[str, list[Id]] = {}
    #: Made by the server where none is given.
    id: Id = ""


_R, _RUN, _NOW, _READ = Access.READ, Access.RUN, Durability.NOW, Durability.READ
LOG_TELL = Operation("logs.tell", "POST", "/logs", TellLogs, Count, _RUN, _NOW)
TASK_RUN_CREATE = Operation("task-runs.create", "POST", "/task-runs", NewTaskRun, TaskRun, _RUN, _NOW)
STATE_READ = Operation("flow-run-states.read", "GET", "/flow-run-states/{id}", ById, StateRow, _R, _READ)
