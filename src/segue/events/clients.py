"""Events sent and received by async code."""

from __future__ import annotations

import asyncio
from typing import Self

import msgspec

from segue.engine.session import reading
from segue.events.filters import EventFilter
from segue.events.following import Heard, Wanted, followed
from segue.events.schemas.events import Event, ReceivedEvent
from segue.model.runs import Log
from segue.wire.events import EVENT_TELL, NewEvent, Tell
from segue.wire.live import stream_of


class SegueEventsClient:
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


class SegueEventSubscriber:
    """The events that a filter means, from now on, in the order in which they become known; an async iterator.

    With a server they come as they happen. A connection that breaks is gone on with where it was, so that nothing is missed and
    nothing told twice; what was deleted meanwhile is said in a log line. `reconnection_attempts`: how often in a row a server
    that went away is tried before its problem is raised, with growing pauses; by default for as long as it takes.
    """

    def __init__(self, filter: EventFilter | None = None, reconnection_attempts: int | None = None) -> None:
        query = (filter or EventFilter()).query
        self._wanted = Wanted(stream=stream_of(query), events=query)
        self._attempts = reconnection_attempts
        self._heard: Heard | None = None

    async def __aenter__(self) -> Self:
        heard = await followed(self._wanted, self._attempts)
        try:
            await heard.begin()
        except BaseException:
            await heard.end()
            raise
        self._heard = heard
        return self

    async def __aexit__(self, *_: object) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            await heard.end()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ReceivedEvent:
        if self._heard is None:
            raise RuntimeError("enter the subscriber first: `async with get_events_subscriber() as events:`")
        while isinstance(item := await self._heard.next(), Log):
            pass
        return ReceivedEvent.of(item)


def get_events_client() -> SegueEventsClient:
    """Return a client that sends events, for `async with`."""
    return SegueEventsClient()


def get_events_subscriber(
    filter: EventFilter | None = None, reconnection_attempts: int | None = None
) -> SegueEventSubscriber:
    """Return a subscriber to the feed, for `async with` and `async for`."""
    return SegueEventSubscriber(filter, reconnection_attempts)
