"""Events: read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from segue.client.methods.calls import Calls
from segue.events.filters import EventFilter
from segue.events.schemas.events import ReceivedEvent
from segue.wire.events import EVENT_COUNT, EVENT_LIST


class EventPage(Struct, kw_only=True):
    """A page of events."""

    events: list[ReceivedEvent]
    #: How many events the filter means, on this page and all others.
    total: int
    #: Names the page after this one, for `read_events_page`.
    next_page: str | None = None

    def __iter__(self) -> Iterator[ReceivedEvent]:
        return iter(self.events)


class EventMethods(Calls):
    """What can be done with events."""

    def read_events(self, filter: EventFilter | None = None, limit: int = 100, *, page: str | None = None) -> EventPage:
        """Return the events that the filter means, newest first unless it says otherwise; `page` goes on from an earlier one."""
        query = msgspec.structs.replace((filter or EventFilter()).query, limit=limit, after=page)
        found = self._call(EVENT_LIST, query)
        total = self._call(EVENT_COUNT, query).count
        return EventPage(events=[ReceivedEvent.of(each) for each in found.items], total=total, next_page=found.next)
