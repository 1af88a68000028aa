"""Retrying from elsewhere than what failed: rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.redoing import Redo
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import ById

#: Steps of each kind that a preview names; it counts all of them.
MOST_NAMED = 200
#: Task runs that a preview looks at; a retry itself looks at all of them.
MOST_LOOKED_AT = 10_000


class RetryChoice(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """From where a flow run would be done again: from what failed, unless told otherwise."""

    id: Id
    from_start: bool = False
    #: That task run of the flow run, and everything that began at the same time or later, whatever came of it.
    from_task_run: Id | None = None


class RetryStep(Struct, frozen=True, kw_only=True):
    """A task run as its run's last attempts left it; one with `child_flow_run_id` stands for a subflow."""

    id: Id
    name: str
    task_name: str
    state: str
    flow_run_id: Id | None = None
    child_flow_run_id: Id | None = None


class RetryPreview(Struct, frozen=True, kw_only=True):
    """What a retry would take from before, as far as code and inputs are the same, and what it would do again."""

    #: How many outcomes would be taken, and the first of them. What was done within one of them is not counted besides.
    reused_count: int
    reused: list[RetryStep]
    #: The same of the run's own calls that would be made again.
    again_count: int
    again: list[RetryStep]
    #: Where the run has more task runs than a preview looks at: at how many it has looked, its own newest before those of subflows.
    looked_at: int | None = None


RETRY_PREVIEW = Operation(
    "flow-runs.retry-preview",
    "GET",
    "/flow-runs/{id}/retry-preview",
    RetryChoice,
    RetryPreview,
    Access.READ,
    Durability.READ,
)
FLOW_RUN_REDO = Operation("flow-runs.redo", "GET", "/flow-runs/{id}/redo", ById, Redo, Access.READ, Durability.READ)
