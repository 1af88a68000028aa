"""Long polls of the holders of leases: each is answered when it has news, and one look at the database serves all of them."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from functools import partial

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.model.errors import SegueError
from segue.server.wakeups import Wakeups
from segue.service.hearing import news
from segue.wire.leases import LONGEST_LISTEN, Listen, News

_log = logging.getLogger("segue.server")

#: Seconds between two looks at least: a slot that is freed is used within a tenth of a second.
_REST = 0.03
#: Seconds after which a look is taken without having been woken.
_LOOK = 10.0


class Listening:
    """Holds the listeners of one server; used on its event loop."""

    def __init__(self, backend: EmbeddedBackend, wakeups: Wakeups, readers: Executor) -> None:
        self._backend = backend
        self._wakeups = wakeups
        self._readers = readers
        self._waiting: dict[asyncio.Future[News], Listen] = {}
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def news(self, request: Listen) -> News:
        """Return what the listener must know, as soon as there is anything; nothing when its time is over."""
        until = monotonic() + min(max(request.seconds, 0.0), LONGEST_LISTEN)
        # Taken first: what is committed while this looks wakes whoever looks next.
        seen = self._wakeups.version
        found = (await self._look([request]))[0]
        left = until - monotonic()
        if found != News() or left <= 0 or self._closing:
            return found
        settled: asyncio.Future[News] = asyncio.get_running_loop().create_future()
        self._waiting[settled] = request
        if self._task is None:
            self._task = asyncio.create_task(self._watch(seen))
        elif self._wakeups.version != seen:
            self._wakeups.wake()
        try:
            async with asyncio.timeout(left):
                return await settled
        except TimeoutError:
            return News()
        finally:
            self._waiting.pop(settled, None)

    def close(self) -> None:
        """Answer everybody: the server is going."""
        self._closing = True
        for settled in list(self._waiting):
            if not settled.done():
                settled.set_result(News())
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
                    _log.warning("Listeners could not be answered: %s", problem)
                else:
                    for settled, found in zip(waiting, answers, strict=True):
                        if found != News() and not settled.done():
                            settled.set_result(found)
                await asyncio.sleep(_REST)
        finally:
            self._task = None

    async def _look(self, requests: list[Listen]) -> list[News]:
        look = partial(self._backend.look, lambda session: news(session, requests))
        return await asyncio.get_running_loop().run_in_executor(self._readers, look)
