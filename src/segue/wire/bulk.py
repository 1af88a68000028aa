"""The same done to many flow runs, a slice at a time, with an answer for each; rows of the table of operations."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import RunFilter


class Many(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which flow runs: by their ids, or by any other conditions, of which there must be one."""

    where: RunFilter
    #: How many are seen to by one request; ask again with `after` as long as there is a `next`.
    limit: Annotated[int, Meta(ge=1, le=200)] = 100
    after: str | None = None
    #: Only say what would be done.
    dry_run: bool = False


class CancelMany(Many, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks that flow runs stop."""

    message: str | None = None


class RetryMany(Many, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks that flow runs run again: those of deployments that have ended, under the ids they have.

    What is recorded as finished is reused where the flow is durable or the task kept its result, unless told otherwise: with
    `from_start` nothing is, with `from_task_run` what began before that task run. `GET /flow-runs/{id}/retry-preview` says which.
    """

    message: str | None = None
    from_start: bool = False
    #: For one run alone, whose task run it is.
    from_task_run: Id | None = None


class SetMany(Many, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks that flow runs go into a state, as somebody outside asks; with `force` whatever they are doing."""

    type: Literal[
        "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED"
    ]
    #: By default the type's own name.
    name: str | None = None
    message: str | None = None
    force: bool = False


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of it for one run."""

    id: Id
    done: bool
    name: str | None = None
    #: The type of the state it is in now; None for one that is gone.
    state: str | None = None
    #: Why it was not done, for programs and for people.
    code: str | None = None
    detail: str | None = None


class Outcomes(Struct, frozen=True, kw_only=True):
    """What came of a slice."""

    items: list[Outcome]
    #: Where the next slice begins, if there is one.
    next: str | None = None


_E, _NOW = Access.EDIT, Durability.NOW
FLOW_RUNS_DELETE = Operation("flow-runs.delete-many", "POST", "/flow-runs/delete", Many, Outcomes, _E, _NOW)
FLOW_RUNS_CANCEL = Operation("flow-runs.cancel-many", "POST", "/flow-runs/cancel", CancelMany, Outcomes, _E, _NOW)
FLOW_RUNS_RETRY = Operation("flow-runs.retry-many", "POST", "/flow-runs/retry", RetryMany, Outcomes, _E, _NOW)
FLOW_RUNS_SET = Operation("flow-runs.set-many", "POST", "/flow-runs/set-state", SetMany, Outcomes, _E, _NOW)
