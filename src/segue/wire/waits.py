"""Why a run does not run: rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.waiting import Gate
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import ById


class Waits(Struct, frozen=True, kw_only=True):
    """What a run waits for, as of now; empty when it runs, or is over."""

    items: list[Gate]


READ = Access.READ
FLOW_RUN_WAITS = Operation("waits.flow-run", "GET", "/flow-runs/{id}/waits", ById, Waits, READ, Durability.READ)
TASK_RUN_WAITS = Operation("waits.task-run", "GET", "/task-runs/{id}/waits", ById, Waits, READ, Durability.READ)
