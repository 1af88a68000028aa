"""`FlowRunSubscriber`: one flow run, followed to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Self
from uuid import UUID

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.decide.listening import is_state
from segue.decide.naming import FLOW_RUN, RESOURCE_ID, STATE_TYPE
from segue.engine.session import reading
from segue.events.following import Heard, Item, Wanted, followed
from segue.events.schemas.events import ReceivedEvent
from segue.log_lines import Log
from segue.model import runs
from segue.model.states import FINAL_KINDS
from segue.wire.events import EVENT_LIST, EventQuery, FedEvent
from segue.wire.live import StreamQuery
from segue.wire.operations import FLOW_RUN_READ, LOG_LIST
from segue.wire.queries import LogQuery
from segue.wire.requests import ById

_PAGE = 200


class FlowRunSubscriber:
    """What a flow run did so far and does from now on, its lines and its events, up to its end; an async iterator.

    States of the run and of its task runs are events. After the run has ended, lines that are still on their way are waited for:
    as long as each comes within `straggler_timeout` seconds. `reconnection_attempts`: as of `get_events_subscriber`.
    """

    def __init__(
        self, flow_run_id: UUID | str, straggler_timeout: float = 3, reconnection_attempts: int | None = None
    ) -> None:
        self._id = str(flow_run_id)
        self._stragglers = straggler_timeout
        self._attempts = reconnection_attempts
        self._heard: Heard | None = None
        self._items: AsyncIterator[Log | ReceivedEvent] | None = None

    async def __aenter__(self) -> Self:
        wanted = Wanted(
            stream=StreamQuery(kinds=["runs", "events", "logs"], flow_run_ids=[self._id]),
            events=EventQuery(any_resource_ids=[f"{FLOW_RUN}{self._id}"]),
            lines=LogQuery(flow_run_ids=[self._id]),
        )
        run = await asyncio.to_thread(lambda: reading().call(FLOW_RUN_READ, ById(self._id)))
        heard = await followed(wanted, self._attempts)
        try:
            await heard.begin()
        except BaseException:
            await heard.end()
            raise
        self._heard = heard
        self._items = self._follow(heard, run.created)
        return self

    async def __aexit__(self, *_: object) -> None:
        heard, self._heard, self._items = self._heard, None, None
        if heard is not None:
            await heard.end()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Log | ReceivedEvent:
        if self._items is None:
            raise RuntimeError("enter the subscriber first: `async with FlowRunSubscriber(id) as run:`")
        return await anext(self._items)

    async def _follow(self, heard: Heard, created: datetime) -> AsyncIterator[Log | ReceivedEvent]:
        """Yield what was there before, and behind it what is heard."""
        before = await asyncio.to_thread(lambda: _recorded(reading(), self._id, created))
        seq = max((each.seq for each in before if isinstance(each, FedEvent)), default=0)
        line = max((each.id for each in before if isinstance(each, runs.Log)), default=0)
        over = False
        for item in before:
            over = self._is_over(item, over)
            yield _face(item)
        while True:
            try:
                async with asyncio.timeout(self._stragglers if over else None):
                    item = await heard.next()
            except TimeoutError:
                return
            if item.seq > seq if isinstance(item, FedEvent) else item.id > line:
                over = self._is_over(item, over)
                yield _face(item)

    def _is_over(self, item: Item, before: bool) -> bool:  # noqa: FBT001 - what was so before
        """Whether the run is over after an item; one that was retried goes on after its end."""
        if not isinstance(item, FedEvent) or not is_state(item):
            return before
        return (
            item.resource[STATE_TYPE] in FINAL_KINDS
            if item.resource[RESOURCE_ID] == f"{FLOW_RUN}{self._id}"
            else before
        )


def _recorded(backend: Backend, id: str, created: datetime) -> list[Item]:
    """Return the events and the lines of a run, by their times."""
    # From when the run was made: what lies before is not looked through.
    events = EventQuery(any_resource_ids=[f"{FLOW_RUN}{id}"], occurred_after=created, sort="seq", limit=_PAGE)
    lines = LogQuery(flow_run_ids=[id], sort="id", limit=_PAGE)
    found: list[Item] = [
        *every_item(lambda asked: backend.call(EVENT_LIST, asked), events),
        *every_item(lambda asked: backend.call(LOG_LIST, asked), lines),
    ]
    # A stable order: of equal times, what is known of the run comes first.
    return sorted(found, key=lambda item: item.occurred if isinstance(item, FedEvent) else item.timestamp)


def _face(item: Item) -> Log | ReceivedEvent:
    return ReceivedEvent.of(item) if isinstance(item, FedEvent) else Log.of(item)
