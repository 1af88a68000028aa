"""Automations: what fires them, what they then do, and the record of each firing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from segue.model.actions import Action
from segue.model.bounds import Amount, Instant, Seconds
from segue.model.events import Event
from segue.model.runs import Id

#: Which resources are meant: by label one value, or any of several; `*` at a value's end stands for any rest, `!` at its beginning
#: turns it round.
Match: TypeAlias = dict[str, str | list[str]]
Posture: TypeAlias = Literal["Reactive", "Proactive"]
Operator: TypeAlias = Literal["<", "<=", ">", ">="]
Statistic: TypeAlias = Literal["avg", "min", "max", "sum", "last", "count"]
FiringState: TypeAlias = Literal["Triggered", "Resolved"]
#: What became of an action: not yet done, done, or given up after an error.
ActionStatus: TypeAlias = Literal["pending", "executed", "failed"]


class EventTrigger(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag="event", tag_field="type"
):
    """Fires when events come (Reactive), or when they stay away (Proactive)."""

    #: What the events happened to.
    match: Match = {}
    #: What has to do with them; of a list all.
    match_related: Match | list[Match] = {}
    #: An event with one of these names must have come before.
    after: list[str] = []
    #: Names of the events that count, `*` at the end stands for any rest; none: every event.
    expect: list[str] = []
    #: Labels for each of whose values it counts apart; `related:<role>:<label>` is one of what is related.
    for_each: list[str] = []
    posture: Posture = "Reactive"
    #: How many events it takes, or how many must come.
    threshold: Annotated[int, Meta(ge=1, le=10_000)] = 1
    #: Seconds within which they come; 0: no matter when. The absence of something always has a time.
    within: Seconds = 0.0


class CompoundTrigger(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag="compound", tag_field="type"
):
    """Fires when enough of its triggers have fired within a time, in any order."""

    triggers: Annotated[list[Trigger], Meta(min_length=1, max_length=100)]
    #: Seconds; None or 0: no matter when.
    within: Seconds | None = None
    require: Annotated[int, Meta(ge=1)] | Literal["any", "all"] = "all"
    #: As for events; the labels are those of the events that its triggers fired by.
    for_each: list[str] = []


class SequenceTrigger(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag="sequence", tag_field="type"
):
    """Fires when its triggers have fired in their order within a time."""

    triggers: Annotated[list[Trigger], Meta(min_length=1, max_length=100)]
    within: Seconds | None = None
    for_each: list[str] = []


class MetricTriggerQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A number over time, and the bound beyond which it must stay for a while."""

    #: `successes` (share of ended runs that completed, 0 to 1), `duration` and `lateness` (seconds, on average), `queue-age`
    #: (seconds since the oldest waiting run was due), or `value`: a number that events carry in their payload.
    name: Literal["successes", "duration", "lateness", "queue-age", "value"]
    operator: Operator
    threshold: float
    #: Seconds that the number looks back, and for which it must be beyond the bound.
    range: Seconds = 300.0
    firing_for: Seconds = 300.0
    #: Of `value`: the names of the events, the place of the number in their payload (`rows`, `table.rows`), and what is made of
    #: several.
    events: list[str] = []
    field: str | None = None
    statistic: Statistic = "avg"


class MetricTrigger(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag="metric", tag_field="type"
):
    """Fires when a number has been beyond its bound for a while, and is resolved when it is not any more."""

    metric: MetricTriggerQuery
    match: Match = {}
    match_related: Match | list[Match] = {}


Trigger: TypeAlias = EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger


class Automation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be done when something happens, or does not."""

    id: Id
    name: str
    created: datetime
    updated: datetime
    trigger: Trigger
    #: Done at each firing; then those of the state that it brought about.
    actions: list[Action] = []
    actions_on_trigger: list[Action] = []
    actions_on_resolve: list[Action] = []
    description: str = ""
    enabled: bool = True
    tags: list[str] = []
    #: What it belongs to and ends with, such as `segue.deployment.<id>`.
    owner_resource: str | None = None
    #: Rises with each change.
    version: int = 1


class CountedEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event that counted, as far as it takes to find it."""

    id: Id
    seq: int
    event: str
    occurred: datetime
    resource_id: str


class ChildFiring(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trigger within a trigger that fired."""

    #: Its place: `0` is the first of the outermost, `0.1` the second of that.
    trigger: str
    occurred: datetime
    events: list[CountedEvent] = []


class AutomationFiring(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That an automation fired, and why; written once, together with what is to be done about it."""

    id: Id
    automation_id: Id
    automation_name: str
    version: int = 1
    state: FiringState = "Triggered"
    #: When it was decided, and when what it is about happened: its last event, or the end of the time in which none came.
    fired: datetime
    occurred: datetime
    #: How far the feed had been read.
    position: int
    #: A sentence that says why.
    reason: str
    #: The values of the labels that it counts apart by.
    labels: dict[str, str] = {}
    #: How many events counted, and the last of them.
    counted: Amount = 0
    events: list[CountedEvent] = []
    #: The event that made it fire; None where nothing happened. `event_cut`: its payload is large, and only in the feed.
    event: Event | None = None
    event_cut: bool = False
    children: list[ChildFiring] = []
    #: The number of a metric.
    value: float | None = None
    #: The firing whose action brought this one about, the first of all such, and the automations that fired from there to here.
    caused_by: Id | None = None
    root: Id | None = None
    chain: list[Id] = []
    #: Why nothing is done about it, where a loop of automations was stopped.
    stopped: str | None = None


class QueuedAction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One action of one firing, until it is done and after."""

    firing_id: Id
    #: Its place among the actions of the firing.
    number: int
    automation_id: Id
    action: Action
    status: ActionStatus = "pending"
    attempts: int = 0
    #: When it is tried (again); None once it is not any more.
    due: Instant | None = None
    created: datetime
    updated: datetime
    #: What the last attempt met with.
    problem: str | None = None
    #: What came of it, such as the id of the run that was made.
    answer: dict[str, object] = {}


class WaitedFor(Struct, frozen=True, omit_defaults=True):
    """What an automation waits for in one place."""

    #: Of a trigger within the trigger: its place, as in `ChildFiring`.
    trigger: str
    #: The values that it counts apart by.
    labels: dict[str, str]
    sentence: str
    until: datetime | None = None
