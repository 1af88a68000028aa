"""Background task runs: handed over many at once, claimed by task workers, and heard of when they have ended."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Seconds
from segue.model.runs import Id
from segue.model.states import State
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ById, Enqueue, Nothing

#: Seconds that a server lets somebody wait at most.
LONGEST_WAIT = 30.0
#: Task runs of one request at most.
MOST_RUNS = 1_000


class EnqueueMany(Struct, frozen=True, kw_only=True):
    """Hands task runs over, all or none; what was handed over before is left as it is."""

    items: list[Enqueue]


class AskEnded(Struct, frozen=True, kw_only=True):
    """Asks which task runs have ended; a server answers as soon as one of `ids` has, and after `seconds` in any case."""

    ids: list[Id]
    #: Nobody waits for these: they are told with the others.
    also: list[Id] = []
    seconds: Seconds = 0.0
    #: By this id the question can be withdrawn.
    id: Id | None = None


class EndedRuns(Struct, frozen=True, kw_only=True):
    """The final states of those task runs that have ended."""

    items: list[tuple[Id, State]] = []


_N, _P = "task-runs", "/task-runs"
TASK_RUN_ENQUEUE_MANY = Operation(
    f"{_N}.enqueue-many", "POST", f"{_P}/enqueue-many", EnqueueMany, Count, Access.RUN, Durability.NOW
)
TASK_RUN_ENDED = Operation(
    f"{_N}.ended", "POST", f"{_P}/ended", AskEnded, EndedRuns, Access.READ, Durability.READ, waits=True
)
TASK_RUN_WITHDRAW = Operation(f"{_N}.withdraw", "POST", f"{_P}/withdraw", ById, Nothing, Access.READ, Durability.READ)
