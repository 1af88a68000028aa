"""Events over the wire: told in batches, read in pages; rows of the table of operations."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.bounds import Amount, Instant, PageSize, Whole
from segue.model.events import Event
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count


class NewEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event as somebody tells it: in our form, or as a CloudEvent (`specversion`, `type`, `source`, …)."""

    event: str | None = None
    resource: dict[str, str] = {}
    id: str | None = None
    occurred: datetime | None = None
    related: list[dict[str, str]] = []
    payload: dict[str, object] = {}
    follows: Id | None = None
    # The names of CloudEvents 1.0.
    specversion: str | None = None
    type: str | None = None
    source: str | None = None
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: object = None


class Tell(NewEvent, frozen=True, kw_only=True, omit_defaults=True):
    """One event, or several as `items`; a bare JSON array stands for `items`. Told again by the same id, it is kept once."""

    items: list[NewEvent] = []


class Told(Struct, frozen=True, kw_only=True):
    """The ids of the events in the order they were told, and how many of them were new."""

    ids: list[Id]
    new: int


class EventQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of events, newest first unless `sort` says otherwise; every condition holds, of a list any member.

    In names and ids of resources `*` stands for any characters. States of runs are events too: `segue.flow-run.Completed`.
    """

    ids: list[Id] | None = None
    names: list[str] | None = None
    not_names: list[str] | None = None
    resource_ids: list[str] | None = None
    #: Of the resource or of anything related.
    any_resource_ids: list[str] | None = None
    related_ids: list[str] | None = None
    related_roles: list[str] | None = None
    actor: str | None = None
    text: str | None = None
    #: Only states of runs: of one of these types (`FAILED`), or with one of these names (`Late`, in any case).
    state_types: list[str] | None = None
    state_names: list[str] | None = None
    #: Only changes that the record itself tells of: who made, changed or deleted what. They are never pruned.
    changes: bool = False
    occurred_after: Instant | None = None
    occurred_before: Instant | None = None
    #: Only what became known after the event with this number.
    after_seq: Whole | None = None
    #: For counts alone: how far to count.
    at_most: Amount | None = None
    #: `seq` (the order in which they became known) or `-seq`.
    sort: str = "-seq"
    limit: PageSize = 50
    after: str | None = None


class FedEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event with its place in the feed."""

    seq: int


class Events(Struct, frozen=True, kw_only=True):
    """A page of events."""

    items: list[FedEvent]
    next: str | None = None


class EventId(Struct, frozen=True):
    """Names one event."""

    id: Id


EVENT_TELL = Operation("events.tell", "POST", "/events", Tell, Told, Access.RUN, Durability.NOW)
EVENT_LIST = Operation(
    "events.list", "POST", "/events/list", EventQuery, Events, Access.READ, Durability.READ, get="/events"
)
EVENT_COUNT = Operation(
    "events.count", "POST", "/events/count", EventQuery, Count, Access.READ, Durability.READ, get="/events/count"
)
EVENT_READ = Operation("events.read", "GET", "/events/{id}", EventId, FedEvent, Access.READ, Durability.READ)
