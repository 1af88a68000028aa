"""Events: read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from segue.client.methods.calls import Calls
from segue.events.filters import EventFilter
from segue.events.schemas.events import ReceivedEvent
from segue.wire.events import EVENT_COUNT, EVENT_LIST, EventQuery


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

    def read_events(self, filter: EventFilter | None = None, limit: int = 100) -> EventPage:
        """Return the events that the filter means, newest first unless it says otherwise."""
        return self._page(msgspec.structs.replace((filter or EventFilter()).query, limit=limit))

    def read_events_page(self, next_page_url: str) -> EventPage:
        """Return the page that an earlier one named as `next_page`; raises ValueError for anything else."""
        try:
            query = msgspec.json.decode(next_page_url, type=EventQuery)
        except msgspec.MsgspecError:
            raise ValueError(f"{next_page_url!r} is not the `next_page` of a page of events.") from None
        return self._page(query)

    def _page(self, query: EventQuery) -> EventPage:
        found = self._call(EVENT_LIST, query)
        total = self._call(EVENT_COUNT, msgspec.structs.replace(query, after=None)).count
        following = None if found.next is None else msgspec.structs.replace(query, after=found.next)
        return EventPage(
            events=[ReceivedEvent.of(each) for each in found.items],
            total=total,
            next_page=None if following is None else msgspec.json.encode(following).decode(),
        )
