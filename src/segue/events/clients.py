"""Events sent and received by async code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Self

import msgspec

from segue.engine.session import reading
from segue.events.filters import EventFilter
from segue.events.schemas.events import Event, ReceivedEvent
from segue.wire.events import EVENT_LIST, EVENT_TELL, EventQuery, Events, NewEvent, Tell

#: Seconds between two looks at the feed.
_LOOK = 0.2
_PAGE = 200


class EventsClient:
    """Sends events; each is kept when `emit` returns."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def emit(self, event: Event) -> Event:
        """Send one event."""
        facts = msgspec.structs.asdict(event.model)
        new = NewEvent(**{name: value for name, value in facts.items() if name in NewEvent.__struct_fields__})
        await asyncio.to_thread(lambda: reading().call(EVENT_TELL, Tell(items=[new])))
        return event


class EventSubscriber:
    """The events that a filter means, from now on, in the order in which they become known; an async iterator."""

    def __init__(self, filter: EventFilter | None = None) -> None:
        asked = filter or EventFilter()
        self._query = msgspec.structs.replace(asked.query, sort="seq", limit=_PAGE)
        self._events: AsyncIterator[ReceivedEvent] | None = None
        self._seen = 0

    async def __aenter__(self) -> Self:
        newest = await _page(EventQuery(sort="-seq", limit=1))
        self._seen = newest.items[0].seq if newest.items else 0
        self._events = self._follow()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._events = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ReceivedEvent:
        if self._events is None:
            raise RuntimeError("enter the subscriber first: `async with get_events_subscriber() as events:`")
        return await anext(self._events)

    async def _follow(self) -> AsyncIterator[ReceivedEvent]:
        while True:
            page = await _page(msgspec.structs.replace(self._query, after_seq=self._seen))
            for event in page.items:
                self._seen = event.seq
                yield ReceivedEvent.of(event)
            if not page.items:
                await asyncio.sleep(_LOOK)


async def _page(query: EventQuery) -> Events:
    return await asyncio.to_thread(lambda: reading().call(EVENT_LIST, query))


def get_events_client() -> EventsClient:
    """Return a client that sends events, for `async with`."""
    return EventsClient()


def get_events_subscriber(filter: EventFilter | None = None) -> EventSubscriber:
    """Return a subscriber to the feed, for `async with` and `async for`."""
    return EventSubscriber(filter)
