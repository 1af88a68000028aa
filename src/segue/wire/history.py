"""What happened over a range of time, in equal parts of it; rows of the table of operations."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.bounds import Instant, Seconds
from segue.model.spreads import Spread
from segue.wire.events import EventQuery
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import RunFilter

_RENAMED = {"start": "from", "end": "to"}


class RunsOverTime(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename=_RENAMED):
    """Asks how runs were made over a range of time, and what became of them."""

    where: RunFilter = RunFilter()
    #: By default a day before `to`, which is now by default.
    start: Instant | None = None
    end: Instant | None = None
    #: Seconds of one part; at most 500 parts are given. By default a length that reads well and gives about fifty.
    bucket: Seconds | None = None


class RunsPart(Struct, frozen=True, kw_only=True):
    """The runs that were made in one part of a range."""

    #: When it begins.
    start: datetime
    #: How many there are, and how many of them are in a state of each type now.
    total: int
    states: dict[str, int] = {}
    #: Seconds that those which have ended took on average.
    average: float | None = None


class RunsHistory(Struct, frozen=True, kw_only=True, rename=_RENAMED):
    """Runs over a range of time: every part is there, also where there were none."""

    start: datetime
    end: datetime
    bucket: float
    total: int
    items: list[RunsPart]
    #: How long the newest runs of the range took that have ended, of up to ten thousand; None where none has.
    durations: Spread | None = None
    #: How much later than it was expected they began; of flow runs alone.
    lateness: Spread | None = None


class EventsOverTime(
    EventQuery, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename=_RENAMED
):
    """Asks how many events happened over a range of time; of the query the conditions count, and `at_most`.

    With `at_most` the newest events are counted, up to so many, and not for long; without, all of them are.
    """

    #: By default a day before `to`, which is now by default.
    start: Instant | None = None
    end: Instant | None = None
    #: Seconds of one part; at most 500 parts are given. By default a length that reads well and gives about fifty.
    bucket: Seconds | None = None


class EventsPart(Struct, frozen=True, kw_only=True):
    """The events of one part of a range."""

    #: When it begins.
    start: datetime
    total: int


class EventsHistory(Struct, frozen=True, kw_only=True, rename=_RENAMED):
    """Events over a range of time: every part is there, also where there were none."""

    start: datetime
    end: datetime
    bucket: float
    total: int
    items: list[EventsPart]
    #: Where `at_most` was given and counting ended early: when the event had occurred at which it ended. What happened before was
    #: not counted, or not all of it.
    counted_from: datetime | None = None


def _over_time(noun: str, request: type[RunsOverTime]) -> Operation[RunsOverTime, RunsHistory]:
    path = f"/{noun}/history"
    return Operation(
        f"{noun}.over-time", "POST", path, request, RunsHistory, Access.READ, Durability.READ, get=path
    )  # fmt: skip


FLOW_RUNS_OVER_TIME = _over_time("flow-runs", RunsOverTime)
TASK_RUNS_OVER_TIME = _over_time("task-runs", RunsOverTime)
EVENTS_OVER_TIME = Operation(
    "events.over-time", "POST", "/events/history", EventsOverTime, EventsHistory, Access.READ, Durability.READ,
    get="/events/history",
)  # fmt: skip
