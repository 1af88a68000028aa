"""Where questions wait at a server until there is an answer: one look at the database serves all that wait in a room."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Generic, TypeVar

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.model.errors import SegueError
from segue.server.wakeups import Wakeups
from segue.store.session import Session

Q = TypeVar("Q")
A = TypeVar("A")
R = TypeVar("R")

_log = logging.getLogger("segue.server")

#: Seconds between two looks at least: what is asked for is told within a tenth of a second.
_REST = 0.03
#: Seconds after which a look is taken without having been woken.
_LOOK = 10.0
#: Withdrawn questions that are remembered.
_REMEMBERED = 200


class Room(Generic[Q, A]):
    """Holds those who wait at one server; used on its event loop.

    `look` answers many questions at once, in the order in which they came; for `nothing` it is waited on.
    """

    def __init__(
        self,
        backend: EmbeddedBackend,
        wakeups: Wakeups,
        readers: Executor,
        look: Callable[[Session, Sequence[Q]], Sequence[A]],
        nothing: A,
        *,
        rest: float = _REST,
    ) -> None:
        self._backend = backend
        self._wakeups = wakeups
        self._readers = readers
        self._look_at = look
        self._nothing = nothing
        self._rest = rest
        self._waiting: dict[asyncio.Future[A], Q] = {}
        self._task: asyncio.Task[None] | None = None
        #: Ids of questions that were withdrawn lately, perhaps before they came.
        self._withdrawn: deque[str] = deque(maxlen=_REMEMBERED)
        #: Whether everybody is answered at once: the server is going.
        self.closing = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def answer(self, request: Q, seconds: float, first: Callable[[Session], A] | None = None) -> A:
        """Return the answer as soon as there is one; nothing when the time is over. `first`: how it is looked for at first."""
        until = monotonic() + seconds
        # Taken first: what is committed while this looks wakes whoever looks next.
        seen = self._wakeups.version
        found = (await self._look([request]))[0] if first is None else await self._read(first)
        left = until - monotonic()
        if found != self._nothing or left <= 0 or self.closing or getattr(request, "id", None) in self._withdrawn:
            return found
        settled: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting[settled] = request
        if self._task is None:
            self._task = asyncio.create_task(self._watch(seen))
        elif self._wakeups.version != seen:
            self._wakeups.wake()
        try:
            async with asyncio.timeout(left):
                return await settled
        except TimeoutError:
            return self._nothing
        finally:
            self._waiting.pop(settled, None)

    def withdraw(self, id: str) -> None:
        """Answer the question of this id at once: nothing. It may be about to come."""
        self._withdrawn.append(id)
        self._let_go(lambda request: getattr(request, "id", None) == id)

    def _let_go(self, is_meant: Callable[[Q], bool]) -> None:
        for settled, request in list(self._waiting.items()):
            if not settled.done() and is_meant(request):
                settled.set_result(self._nothing)

    def close(self) -> None:
        """Answer everybody: the server is going."""
        self.closing = True
        self._let_go(lambda _: True)
        if self._task is not None:
            self._task.cancel()

    async def _watch(self, seen: int) -> None:
        try:
            while self._waiting:
                seen = await self._wakeups.wait(seen, timeout=_LOOK)
                waiting = dict(self._waiting)
                try:
                    answers = await self._look(list(waiting.values()))
                except SegueError as problem:
                    _log.warning("Those who wait could not be answered: %s", problem)
                else:
                    for settled, found in zip(waiting, answers, strict=True):
                        if found != self._nothing and not settled.done():
                            settled.set_result(found)
                await asyncio.sleep(self._rest)
        finally:
            self._task = None

    async def _look(self, requests: list[Q]) -> Sequence[A]:
        return await self._read(lambda session: self._look_at(session, requests))

    async def _read(self, reading: Callable[[Session], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._backend.look, reading)
