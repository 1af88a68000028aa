"""What happens, as async code hears of it: from a server's live stream, or by looking into the database of this machine."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Protocol

import msgspec
from msgspec import Struct

from segue.backend.following import Following, Message
from segue.backend.protocol import Backend
from segue.backend.remote import RemoteBackend
from segue.engine.session import reading
from segue.model.runs import Log
from segue.wire.events import EVENT_LIST, EventQuery, FedEvent
from segue.wire.live import StreamQuery
from segue.wire.operations import LOG_LIST
from segue.wire.queries import LogQuery

Item = FedEvent | Log

_log = logging.getLogger("segue.events")

#: Seconds between two looks at a database.
_LOOK = 0.2
_PAGE = 200
#: Messages that wait for the code that reads them: behind these the server is not read from, and waits or lets go.
_WAITING = 500


class Wanted(Struct, frozen=True, kw_only=True):
    """What is followed: the same asked of a stream and of lists."""

    stream: StreamQuery
    events: EventQuery
    #: None: no lines.
    lines: LogQuery | None = None


class Heard(Protocol):
    """A source of what happens from now on, in the order in which it becomes known."""

    async def begin(self) -> None:
        """Return when whatever happens from here on is heard."""
        ...

    async def next(self) -> Item:
        """Return what happens next."""
        ...

    async def end(self) -> None:
        """Hear no more."""
        ...


async def followed(wanted: Wanted, attempts: int | None = None) -> Heard:
    """Return a source of what is wanted; `attempts`: how often in a row a server that went away is tried, None for ever."""
    backend = await asyncio.to_thread(reading)
    if isinstance(backend, RemoteBackend):
        return Told(backend.follow(wanted.stream, attempts=attempts))
    return LookedUp(backend, wanted)


class Told:
    """Hears a server, in a thread: no event loop waits for a socket."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        self._room = threading.Semaphore(_WAITING)
        self._over = False
        self._thread = threading.Thread(target=self._hear, name="segue-events", daemon=True)

    async def begin(self) -> None:
        """Return when the server has said from where on it tells."""
        self._thread.start()
        first = await self._waiting.get()
        if isinstance(first, Exception):
            raise first

    async def next(self) -> Item:
        """Return what the server tells next; raises what ended the stream."""
        while True:
            item = await self._waiting.get()
            self._room.release()
            if isinstance(item, Exception):
                self._hand_on(item)  # it is so for whoever asks again, too
                raise item
            if item is not None:
                return item

    async def end(self) -> None:
        """Let go of the server, in the middle of a message if need be."""
        self._over = True
        self._following.close()
        self._room.release()

    # --- in the thread ---------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        try:
            begun = False
            for message in self._following:
                item = _understood(message)
                if item is None and begun:
                    continue
                begun = True
                self._room.acquire()
                if self._over:
                    return
                self._from_thread(item)
            self._from_thread(RuntimeError("The stream was closed, and nothing is heard any more."))
        except Exception as problem:  # noqa: BLE001 - whatever it was, the code that waits hears of it
            self._from_thread(problem)

    def _from_thread(self, item: Item | Exception | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hand_on, item)

    def _hand_on(self, item: Item | Exception | None) -> None:
        self._waiting.put_nowait(item)


def _understood(message: Message) -> Item | None:
    if message.kind in {"run", "event"}:
        return msgspec.json.decode(message.data, type=FedEvent)
    if message.kind == "log":
        return msgspec.json.decode(message.data, type=Log)
    if message.kind == "gap":
        _log.warning("Some of what happened was deleted before it could be told, or the database is another now.")
    return None


class LookedUp:
    """Looks into a database again and again."""

    def __init__(self, backend: Backend, wanted: Wanted) -> None:
        self._backend = backend
        self._events = msgspec.structs.replace(wanted.events, sort="seq", limit=_PAGE, after=None)
        self._lines = wanted.lines
        self._found: list[Item] = []

    async def begin(self) -> None:
        """Return when it is known what is there already."""
        await asyncio.to_thread(self._begin)

    def _begin(self) -> None:
        newest = self._backend.call(EVENT_LIST, EventQuery(sort="-seq", limit=1)).items
        self._events = msgspec.structs.replace(self._events, after_seq=newest[0].seq if newest else 0)
        if self._lines is not None:
            last = self._backend.call(LOG_LIST, LogQuery(sort="-id", limit=1)).items
            self._lines = msgspec.structs.replace(
                self._lines, sort="id", limit=_PAGE, after_id=last[0].id if last else 0
            )

    async def next(self) -> Item:
        """Return what is found next."""
        while not self._found:
            self._found = (await asyncio.to_thread(self._look))[::-1]
            if not self._found:
                await asyncio.sleep(_LOOK)
        return self._found.pop()

    async def end(self) -> None:
        """Look no more."""
        self._found = []

    def _look(self) -> list[Item]:
        self._backend.flush()
        page = self._backend.call(EVENT_LIST, self._events)
        if page.next is not None:
            self._events = msgspec.structs.replace(self._events, after=page.next)
        elif page.items:
            self._events = msgspec.structs.replace(self._events, after=None, after_seq=page.items[-1].seq)
        lines: list[Log] = []
        if self._lines is not None:
            lines = self._backend.call(LOG_LIST, self._lines).items
            if lines:
                self._lines = msgspec.structs.replace(self._lines, after_id=lines[-1].id)
        return [*lines, *page.items]
