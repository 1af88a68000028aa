"""Events by the client: emitted, filtered, read page by page."""

import asyncio
from uuid import uuid4

from segue.client.orchestration import get_client
from segue.events import Event, emit_event
from segue.events.clients import get_events_client
from segue.events.filters import EventAnyResourceFilter, EventFilter, EventIDFilter, EventNameFilter, EventOrder, EventResourceFilter

PLACE = f"shop.{uuid4().hex}"


async def until(client, filter, count):
    for _ in range(200):
        page = await client.read_events(filter, limit=50)
        if page.total >= count:
            return page
        await asyncio.sleep(0.1)
    raise TimeoutError(page)


async def main():
    first = emit_event("order.placed", resource={"segue.resource.id": f"{PLACE}.1", "kind": "book"}, payload={"n": 1})
    print(type(first).__name__, first.event, first.resource.id == f"{PLACE}.1", first.payload, first.related)
    async with get_events_client() as events:
        for number in range(2, 8):
            event = Event(
                event="order.placed" if number % 2 else "order.sent",
                resource={"segue.resource.id": f"{PLACE}.{number}"},
                related=[{"segue.resource.id": f"{PLACE}.customer", "segue.resource.role": "customer"}],
                payload={"n": number},
            )
            await events.emit(event)

    async with get_client() as client:
        mine = EventFilter(resource=EventResourceFilter(id_prefix=[f"{PLACE}."]), order=EventOrder.ASC)
        page = await until(client, mine, 7)
        print(page.total, [event.payload["n"] for event in page.events], page.next_page)
        newest = await client.read_events(EventFilter(resource=EventResourceFilter(id_prefix=[f"{PLACE}."])), limit=2)
        print(newest.total, [event.payload["n"] for event in newest.events], newest.next_page is not None)
        seen = [event.payload["n"] for event in newest.events]
        page = newest
        while page.next_page:
            page = await client.read_events_page(page.next_page)
            seen += [event.payload["n"] for event in page.events]
        print(seen, page.total)
        sent = EventFilter(
            event=EventNameFilter(name=["order.sent"]), resource=EventResourceFilter(id_prefix=[f"{PLACE}."]), order=EventOrder.ASC
        )
        print([event.payload["n"] for event in (await client.read_events(sent, limit=50)).events])
        by_prefix = EventFilter(
            event=EventNameFilter(prefix=["order."], exclude_name=["order.sent"]),
            any_resource=EventAnyResourceFilter(id=[f"{PLACE}.customer"]),
            order=EventOrder.ASC,
        )
        print([event.payload["n"] for event in (await client.read_events(by_prefix, limit=50)).events])
        one = await client.read_events(EventFilter(id=EventIDFilter(id=[first.id])), limit=50)
        print(one.total, one.events[0].event, one.events[0].resource["kind"], one.events[0].resource.id == f"{PLACE}.1")
        related = (await client.read_events(sent, limit=50)).events[0].related
        print(len(related), related[0].role, related[0].id == f"{PLACE}.customer")
        nothing = await client.read_events(EventFilter(event=EventNameFilter(name=["order.lost"])), limit=50)
        print(nothing.total, nothing.events, nothing.next_page)


asyncio.run(main())
