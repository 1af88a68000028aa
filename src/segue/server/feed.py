"""What happens, read once for everybody who listens.

One task reads what each commit added and hands it to the listeners, each with a bounded queue. Who does not keep up is let go
with the place to go on from; nobody else waits for them, the writer least of all.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar, TypeVarTuple

from msgspec import Struct

from segue.backend.embedded import EmbeddedBackend
from segue.decide.listening import Interest
from segue.host import clock
from segue.model.errors import StorageProblem
from segue.model.runs import Log
from segue.server.wakeups import Wakeups
from segue.wire.events import EVENT_LIST, EventQuery, FedEvent
from segue.wire.operations import FLOW_RUN_COUNT, LOG_LIST
from segue.wire.queries import LogQuery, RunFilter

_log = logging.getLogger("segue.server")

#: Messages that wait for one listener at most.
QUEUE = 2_000
#: Rows of one read at most.
_PAGE = 1_000
#: The pause after a read, in times of what the read took, and in seconds at most: a burst is read in pieces, not commit by commit,
#: and takes a fifth of a core; a change that comes alone is told at once.
_REST, _PAUSE = 4.0, 0.020
#: Seconds after which the feed looks although nobody woke it, and between two looks at the counters.
_LOOK, _COUNT = 5.0, 1.0
_OPEN = ("SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING")

Item = FedEvent | Log
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Place(Struct, frozen=True, order=True):
    """How far somebody has read: the numbers of the last event and of the last log line."""

    seq: int
    line: int

    def __str__(self) -> str:
        return f"{self.seq}.{self.line}"

    def after(self, item: Item) -> Place:
        """Return the place behind an item."""
        return Place(item.seq, self.line) if isinstance(item, FedEvent) else Place(self.seq, item.id)


def place_of(text: str) -> Place | None:
    """Understand a place as it was told, or the number of an event, which leaves the line open (-1); None for what is neither."""
    seq, dot, line = text.partition(".")
    if not dot and seq.isascii() and seq.isdigit():
        return Place(int(seq), -1)
    if not dot or not (seq.isascii() and seq.isdigit() and line.isascii() and line.isdigit()):
        return None
    return Place(int(seq), int(line))


def merged(events: list[FedEvent], lines: list[Log]) -> list[Item]:
    """Return both in one list by their times; each keeps its own order, or a place could not be gone on from."""
    items: list[Item] = []
    at = 0
    for event in events:
        while at < len(lines) and lines[at].timestamp <= event.occurred:
            items.append(lines[at])
            at += 1
        items.append(event)
    return [*items, *lines[at:]]


class Listener:
    """One who listens: what waits for them, and how far that goes."""

    def __init__(self, interest: Interest, place: Place) -> None:
        self.interest = interest
        #: Where the queue begins.
        self.place = place
        self.queue: deque[Item] = deque()
        self.counters: dict[str, int] | None = None
        #: Set when something waits, or when it never will.
        self.bell = asyncio.Event()
        self.overflowed = False
        self.closed = False

    def offer(self, item: Item) -> None:
        """Let an item wait; past the bound, nothing more is taken."""
        if self.overflowed:
            return
        if len(self.queue) >= QUEUE:
            self.overflowed = True
            self.bell.set()
            return
        self.queue.append(item)
        self.bell.set()


class Feed:
    """Reads the feed while somebody listens; used by the coroutines of one event loop."""

    def __init__(
        self, backend: EmbeddedBackend, wakeups: Wakeups, readers: ThreadPoolExecutor, *, kept: timedelta | None
    ) -> None:
        self._backend = backend
        self._wakeups = wakeups
        self._readers = readers
        self._kept = kept
        self._listeners: set[Listener] = set()
        self._place = Place(0, 0)
        self._counters: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        #: How many did not keep up and were let go.
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def read_to(self) -> int | None:
        """The number of the last row of the feed that was read; None while nobody listens."""
        return None if self._task is None else self._place.seq

    async def listen(self, interest: Interest) -> Listener:
        """Begin to listen: everything behind `.place` is heard."""
        if self._task is None:
            newest = await self._do(self._newest)
            self._begin(newest)
        listener = Listener(interest, self._place)
        listener.counters = dict(self._counters) if self._counters else None
        self._listeners.add(listener)
        return listener

    def _begin(self, newest: Place) -> None:
        # Somebody else may have begun while the place was looked up.
        if self._task is None:
            self._place = newest
            self._task = asyncio.create_task(self._run(), name="segue-feed")

    def leave(self, listener: Listener) -> None:
        """Listen no longer."""
        self._listeners.discard(listener)
        self.dropped += listener.overflowed
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def missed(self, before: Place, until: Place) -> tuple[list[Item], Place]:
        """Return what lies between two places, a page at a time, and how far the page goes."""
        return await self._do(self._between, before, until)

    async def has_gap(self, place: Place) -> bool:
        """Say whether what follows a place may have been deleted since."""
        return await self._do(self._is_gone, place)

    def close(self) -> None:
        """Let everybody go, with the place to go on from."""
        self._closing = True
        for listener in list(self._listeners):
            listener.closed = True
            listener.bell.set()
        if self._task is not None:
            self._task.cancel()

    # --- on the event loop -----------------------------------------------------------------------------------------

    async def _run(self) -> None:
        counted = 0.0
        while not self._closing:
            seen, began, took = self._wakeups.version, clock.monotonic(), _PAUSE
            try:
                more = await self._read()
                took = clock.monotonic() - began
                wants = any(each.interest.counters for each in self._listeners)
                if wants and clock.monotonic() - counted >= _COUNT:
                    counted = clock.monotonic()
                    self._tell_counters(await self._do(self._count))
            except StorageProblem as problem:
                _log.warning("The feed cannot be read now: %s", problem)
                more = False
            except Exception:  # noqa: BLE001 - a bug of ours must not leave every listener waiting in silence
                _log.exception("The feed could not be read.")
                more = False
            await asyncio.sleep(min(_REST * took, _PAUSE))
            if not more:
                await self._wakeups.wait(seen, _COUNT if any(e.interest.counters for e in self._listeners) else _LOOK)

    async def _read(self) -> bool:
        items, place = await self._do(self._between, self._place, None)
        for listener in self._listeners:
            for item in items:
                wanted = listener.interest.hears(item) if isinstance(item, FedEvent) else listener.interest.reads(item)
                if wanted:
                    listener.offer(item)
        self._place = place
        return len(items) >= _PAGE

    def _tell_counters(self, counters: dict[str, int]) -> None:
        if counters == self._counters:
            return
        self._counters = counters
        for listener in self._listeners:
            if listener.interest.counters:
                listener.counters = dict(counters)
                listener.bell.set()

    async def _do(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *args)

    # --- in a reader's thread --------------------------------------------------------------------------------------

    def _newest(self) -> Place:
        events = self._backend.read(EVENT_LIST, EventQuery(limit=1)).items
        lines = self._backend.read(LOG_LIST, LogQuery(sort="-id", limit=1)).items
        return Place(events[0].seq if events else 0, lines[0].id if lines else 0)

    def _between(self, before: Place, until: Place | None) -> tuple[list[Item], Place]:
        events = self._backend.read(EVENT_LIST, EventQuery(after_seq=before.seq, sort="seq", limit=_PAGE)).items
        lines = self._backend.read(LOG_LIST, LogQuery(after_id=before.line, sort="id", limit=_PAGE)).items
        if until is not None:
            events = [each for each in events if each.seq <= until.seq]
            lines = [each for each in lines if each.id <= until.line]
        place = Place(events[-1].seq if events else before.seq, lines[-1].id if lines else before.line)
        return merged(events, lines), place

    def _is_gone(self, place: Place) -> bool:
        newest = self._newest()
        if place.seq > newest.seq or place.line > newest.line:
            # Of another database, or of this one before it was restored.
            return True
        if place.seq == 0 or self._kept is None:
            return False
        found = self._backend.read(EVENT_LIST, EventQuery(after_seq=place.seq - 1, sort="seq", limit=1)).items
        return bool(found) and (found[0].seq != place.seq or clock.now() - found[0].occurred > self._kept)

    def _count(self) -> dict[str, int]:
        return {kind: self._backend.read(FLOW_RUN_COUNT, RunFilter(state_types=[kind])).count for kind in _OPEN}
