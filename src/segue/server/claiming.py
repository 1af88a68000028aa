"""Long polls of workers: each is given runs the moment one is due or a slot is free; one look at the database serves all of them.

What waits is first asked about by reading; a claim, which writes, is only made where that shows something to be had. Of workers
that ask for the same, whoever has waited longest is served first, and no more of them are woken than there are runs.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from concurrent.futures import Executor
from itertools import islice
from typing import TypeAlias

from msgspec import Struct

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.model.callers import Caller
from segue.model.errors import SegueError
from segue.model.runs import Id
from segue.server.presence import Presence
from segue.server.tickets import LoopTicket
from segue.server.wakeups import Wakeups
from segue.service.claiming import next_due, ready
from segue.service.handlers import handler_of
from segue.service.leases import LeaseRow, all_open, may_be_near
from segue.store.session import Session
from segue.wire.requests import Holder, Nothing
from segue.wire.workers import LONGEST_CLAIM, WORK_CLAIM, WORKER_LEAVE, ClaimedWork, ClaimWork, WorkerRef

_log = logging.getLogger("segue.server")

#: Seconds between two looks at least: a slot that is freed is used within a tenth of a second.
_REST = 0.02
#: Seconds after which a look is taken without having been woken.
_LOOK = 5.0
#: Seconds for which it holds which leases are open, where it is only asked whose machine they are of.
_STALE = 5.0


#: What is asked for: a pool, its queues, deployments.
Kind: TypeAlias = tuple[str | None, tuple[str, ...], tuple[Id, ...]]


class Waiting(Struct, eq=False):
    """A worker that waits."""

    request: ClaimWork
    #: Set to True when it is worth claiming, to False when there is nothing more to wait for.
    woken: asyncio.Future[bool]


class Claiming:
    """Holds the workers that wait at one server; used on its event loop."""

    def __init__(self, backend: EmbeddedBackend, wakeups: Wakeups, readers: Executor) -> None:
        self._backend = backend
        self._wakeups = wakeups
        self._readers = readers
        #: Who waits and was not woken yet, by what is asked for, whoever has waited longest first.
        self._waiting: dict[Kind, dict[Waiting, None]] = {}
        self._presence = Presence(backend)
        #: Leases that were open lately, and when that was seen.
        self._open: tuple[float, list[LeaseRow]] = (-math.inf, [])
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    async def work(self, request: ClaimWork, caller: Caller | None) -> ClaimedWork:
        """Return runs for a worker, as soon as there are any; none when its time is over."""
        self._presence.hear(request)
        found = await self._found(request, caller)
        return found if found.items else ClaimedWork(has_neighbours=await self._has_neighbours(request.lease.holder))

    async def _found(self, request: ClaimWork, caller: Caller | None) -> ClaimedWork:
        until = monotonic() + min(max(request.seconds, 0.0), LONGEST_CLAIM)
        # Taken first: what is committed while this looks wakes whoever looks next.
        seen = self._wakeups.version
        worth = bool((await self._ready([(request, 1)]))[0][0])
        while True:
            found = await self._claim(request, caller) if worth else ClaimedWork()
            left = until - monotonic()
            if found.items or left <= 0 or self._closing:
                return found
            worth = await self._wait(request, left, seen)
            if not worth:
                return found
            seen = self._wakeups.version

    async def leave(self, request: WorkerRef, caller: Caller | None) -> Nothing:
        """Note that a worker takes no more runs, and let it wait no longer."""
        self._presence.forget(request)
        for each in self._all():
            asked = each.request
            if (asked.work_pool_name, asked.worker_name) == (request.work_pool_name, request.name):
                self._settle(each, worth=False)
        ticket = LoopTicket(WORKER_LEAVE.name, handler_of(WORKER_LEAVE), request, caller)
        self._backend.submit(ticket)
        return await ticket.answered()

    def close(self) -> None:
        """Answer everybody: the server is going."""
        self._closing = True
        self._presence.close()
        for each in self._all():
            self._settle(each, worth=False)
        if self._task is not None:
            self._task.cancel()

    async def _has_neighbours(self, holder: Holder) -> bool:
        """Say whether another process of a worker's machine may hold a lease."""
        seen, leases = self._open
        if monotonic() - seen > _STALE and not self._closing:
            began = monotonic()
            try:
                leases = await asyncio.get_running_loop().run_in_executor(self._readers, self._backend.look, all_open)
            except SegueError:
                # It looks, and is told what is the matter.
                return True
            self._open = (began, leases)
        return any(may_be_near(lease, holder) and lease.holder != holder for lease in leases)

    async def _claim(self, request: ClaimWork, caller: Caller | None) -> ClaimedWork:
        ticket = LoopTicket(WORK_CLAIM.name, handler_of(WORK_CLAIM), request, caller)
        self._backend.submit(ticket)
        return await ticket.answered()

    async def _wait(self, request: ClaimWork, left: float, seen: int) -> bool:
        """Wait until it is worth claiming; False when it will not be."""
        mine = Waiting(request, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(_kind(request), {})[mine] = None
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        elif self._wakeups.version != seen:
            self._wakeups.wake()
        try:
            async with asyncio.timeout(left):
                return await mine.woken
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            if mine.woken.done() and not mine.woken.cancelled():
                # It has gone at the moment when it was woken: what was meant for it is another's.
                self._wakeups.wake()
            raise
        finally:
            self._forget(mine)

    async def _watch(self) -> None:
        try:
            while self._waiting:
                before = self._wakeups.version
                pause = _LOOK
                try:
                    pause = await self._look()
                except SegueError as problem:
                    _log.warning("Workers that wait could not be served: %s", problem)
                until = monotonic() + min(_LOOK, pause)
                # What came while this looked is seen at once, but not without a rest: a burst of commits is one look. What is due
                # does not wait for that.
                await asyncio.sleep(max(0.0, min(_REST, until - monotonic())))
                if self._waiting:
                    await self._wakeups.wait(before, timeout=max(0.0, until - monotonic()))
        finally:
            self._task = None

    async def _ready(self, requests: list[tuple[ClaimWork, int]]) -> tuple[list[int], float]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._backend.look, _looking(requests))

    async def _look(self) -> float:
        """Wake whom there is something for; returns the seconds until something will be due."""
        alike = list(self._waiting.values())
        counts, pause = await self._ready([(next(iter(line)).request, len(line)) for line in alike])
        for many, line in zip(counts, alike, strict=True):
            for each in list(islice(line, many)):
                self._settle(each, worth=True)
        return pause

    def _all(self) -> list[Waiting]:
        return [each for line in self._waiting.values() for each in line]

    def _settle(self, waiting: Waiting, *, worth: bool) -> None:
        self._forget(waiting)
        if not waiting.woken.done():
            waiting.woken.set_result(worth)

    def _forget(self, waiting: Waiting) -> None:
        kind = _kind(waiting.request)
        line = self._waiting.get(kind, {})
        line.pop(waiting, None)
        if not line:
            self._waiting.pop(kind, None)


def _looking(requests: list[tuple[ClaimWork, int]]) -> Callable[[Session], tuple[list[int], float]]:
    def look(session: Session) -> tuple[list[int], float]:
        counts: list[int] = []
        for request, many in requests:
            try:
                counts.append(ready(session, request, many))
            except SegueError:
                # Its pool is gone: the claim says so.
                counts.append(many)
        due = next_due(session)
        return counts, _LOOK if due is None else (due - session.now()).total_seconds()

    return look


def _kind(request: ClaimWork) -> Kind:
    return (request.work_pool_name, tuple(request.work_queue_names), tuple(request.deployment_ids))
