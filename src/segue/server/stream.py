"""Server-sent events: the feed as one long answer, resumable by the id of the last message.

Messages: `hello` (where the stream begins), `run`, `event`, `log`, `counters`, `gap` (what followed the place asked for was
deleted: read the lists anew), `dropped` (this listener did not keep up; go on from its id), `bye` (the server ends; go on from
its id).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import msgspec

from segue.decide.listening import Interest, interest, is_state
from segue.model.errors import BadRequest, SegueError, StorageProblem
from segue.server.feed import Feed, Item, Listener, Place, place_of
from segue.wire import codec
from segue.wire.events import FedEvent
from segue.wire.live import KINDS, StreamQuery

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_log = logging.getLogger("segue.server")

#: Seconds of silence after which a comment shows that the connection lives, and for which one message may take to be sent.
_BEAT, _PATIENCE = 15.0, 30.0
#: Seconds between two looks whether the client may still listen.
_DOUBT = 2.0
#: Bytes that are sent at once.
_CHUNK = 64 * 1024


async def stream(
    feed: Feed,
    query: StreamQuery,
    last_id: str | None,
    receive: Receive,
    send: Send,
    still: Callable[[], Awaitable[bool]],
) -> None:
    """Answer with what happens until the client goes, or does not keep up, or the server ends; raises `BadRequest` before.

    `still`: whether the client may still listen, asked again and again.
    """
    wanted = _understood(query)
    resumed = last_id or query.after
    place = place_of(resumed) if resumed else None
    if resumed and place is None:
        raise BadRequest(f"{resumed!r} is no place in the stream; give the id of a message.")
    listener = await feed.listen(wanted)
    if place is not None and (place.line < 0 or not wanted.logs):
        # Who reads no lines has none to catch up with.
        place = Place(place.seq, listener.place.line)
    gone = asyncio.create_task(_until_gone(receive))
    refused = asyncio.create_task(_until_refused(still))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        telling = asyncio.create_task(_tell(feed, listener, place, send))
        await asyncio.wait({gone, refused, telling}, return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        try:
            with suppress(asyncio.CancelledError, TimeoutError):
                await telling
            if refused.done():
                await send({"type": "http.response.body", "body": b""})
        except SegueError as problem:
            # The answer has begun, so it can only end; the client goes on from the last id it saw.
            _log.warning("A stream ended before its time: %s", problem)
            await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        refused.cancel()
        feed.leave(listener)


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def _understood(query: StreamQuery) -> Interest:
    unknown = sorted(set(query.kinds) - set(KINDS))
    if unknown:
        raise BadRequest(f"There is no kind of message {unknown[0]!r}; choose from {', '.join(KINDS)}.")
    asked = msgspec.structs.asdict(query)
    del asked["after"]
    return interest(**asked)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_refused(still: Callable[[], Awaitable[bool]]) -> None:
    """Return when the client may no longer listen; an answer that cannot be had now changes nothing."""
    allowed = True
    while allowed:
        await asyncio.sleep(_DOUBT)
        with suppress(StorageProblem):
            allowed = await still()


async def _tell(feed: Feed, listener: Listener, place: Place | None, send: Send) -> None:
    said = listener.place if place is None else place
    await _send(send, message("hello", said, {"from": str(said)}))
    if place is not None:
        if await feed.has_gap(place):
            await _send(send, message("gap", listener.place, {"from": str(place), "to": str(listener.place)}))
            said = listener.place
        else:
            said = await _catch_up(feed, listener, place, send)
    while True:
        await _heard(listener, send)
        said = await _drain(listener, said, send)
        if listener.counters is not None:
            counters, listener.counters = listener.counters, None
            await _send(send, message("counters", said, counters))
        if listener.overflowed or listener.closed:
            await _send(send, message("dropped" if listener.overflowed else "bye", said, {"from": str(said)}))
            await send({"type": "http.response.body", "body": b""})
            return


async def _catch_up(feed: Feed, listener: Listener, place: Place, send: Send) -> Place:
    """Tell what was missed, up to where the queue begins."""
    while place.seq < listener.place.seq or place.line < listener.place.line:
        items, reached = await feed.missed(place, listener.place)
        if reached == place:
            break
        wanted = [
            item
            for item in items
            if (listener.interest.hears(item) if isinstance(item, FedEvent) else listener.interest.reads(item))
        ]
        place = await _write(wanted, place, send)
        place = Place(max(place.seq, reached.seq), max(place.line, reached.line))
    return Place(max(place.seq, listener.place.seq), max(place.line, listener.place.line))


async def _heard(listener: Listener, send: Send) -> None:
    while not listener.bell.is_set():
        try:
            async with asyncio.timeout(_BEAT):
                await listener.bell.wait()
        except TimeoutError:
            await _send(send, b": still here\n\n")
    listener.bell.clear()


async def _drain(listener: Listener, said: Place, send: Send) -> Place:
    while listener.queue:
        items = [listener.queue.popleft() for _ in range(min(len(listener.queue), 200))]
        said = await _write(items, said, send)
    return said


async def _write(items: list[Item], said: Place, send: Send) -> Place:
    body = bytearray()
    for item in items:
        said = said.after(item)
        body += message(_kind(item), said, item)
        if len(body) >= _CHUNK:
            await _send(send, bytes(body))
            body.clear()
    if body:
        await _send(send, bytes(body))
    return said


def _kind(item: Item) -> str:
    if not isinstance(item, FedEvent):
        return "log"
    return "run" if is_state(item) else "event"


def message(kind: str, place: Place, data: object) -> bytes:
    """Return one message of the stream."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (kind.encode(), str(place).encode(), codec.encode(data))


async def _send(send: Send, body: bytes) -> None:
    # A reader that takes nothing for so long is as good as gone.
    async with asyncio.timeout(_PATIENCE):
        await send({"type": "http.response.body", "body": body, "more_body": True})
