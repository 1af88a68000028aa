"""Follows orders as a user's program does, and prints what it hears; the first word names what is followed."""

import asyncio
import sys

from segue.events import get_events_subscriber
from segue.events.filters import EventFilter, EventNameFilter, EventRelatedFilter
from segue.events.subscribers import FlowRunSubscriber


async def orders() -> None:
    named = EventNameFilter(prefix=["orders."], exclude_prefix=["orders.draft"])
    customer = EventRelatedFilter(id=["shop.customer.3"])
    async with get_events_subscriber(EventFilter(event=named, related=customer)) as events:
        print("listening", flush=True)
        async for event in events:
            print(event.event, flush=True)
            if event.event == "orders.last":
                return


async def run(id: str) -> None:
    async with FlowRunSubscriber(id, straggler_timeout=1) as run:
        async for item in run:
            print(getattr(item, "message", None) or getattr(item, "event", None), flush=True)


asyncio.run(run(sys.argv[2]) if sys.argv[1] == "run" else orders())
