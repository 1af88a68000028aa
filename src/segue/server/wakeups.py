"""Wake-ups: who waits for something to change is woken by the commit that changes it, and asks the database no sooner.

    seen = wakeups.version
    ...look at the database...
    seen = await wakeups.wait(seen, timeout=15)     # returns at once if anything was committed since `seen` was taken
    ...look again...

Commits of this process are told by its writer; those of others by the database itself, which is only asked while somebody waits.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection
from contextlib import suppress

from segue.backend.embedded import EmbeddedBackend
from segue.model.errors import StorageProblem

_log = logging.getLogger("segue.server")

#: Seconds of one look at the database, after which the thread sees whether it is still wanted.
_LOOK = 0.25
#: Seconds between attempts while the database is away.
_AGAIN = 1.0


class Wakeups:
    """Counts commits, and wakes who waits for the next; used by the coroutines of one event loop."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        #: How often whoever waits was woken, and how many commits the writer told of: each counted by one thread alone.
        self._woken = self._commits = 0
        self._backend = backend
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.Future[None] | None = None
        self._waiting = 0
        #: Set while somebody waits: the thread asks the database only then.
        self._wanted = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def version(self) -> int:
        """A number that rises whenever something may have been committed."""
        return self._woken + self._commits

    def start(self) -> None:
        """Begin, on the event loop that runs now."""
        self._loop = asyncio.get_running_loop()
        self._backend.on_commit(self._committed)
        self._thread = threading.Thread(target=self._watch, name="segue-wakeups", daemon=True)
        self._thread.start()

    async def wait(self, seen: int, timeout: float) -> int:
        """Return the version once it is another than `seen`, or when the time (seconds) is over or this is closed."""
        # First: what is committed after the look at the number sees that somebody waits.
        self._waiting += 1
        try:
            if self.version != seen or self._closing:
                return self.version
            if self._next is None:
                self._next = asyncio.get_running_loop().create_future()
            self._wanted.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await asyncio.shield(self._next)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._closing:
                self._wanted.clear()
        return self.version

    def wake(self) -> None:
        """Wake everybody; called on the event loop."""
        self._woken += 1
        before, self._next = self._next, None
        if before is not None and not before.done():
            before.set_result(None)

    def close(self) -> None:
        """Wake everybody for the last time and end the thread; called on the event loop."""
        self._closing = True
        self.wake()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _committed(self, _done: Collection[str]) -> None:
        # In the writer's thread.
        self._commits += 1
        if self._waiting:
            self._tell()

    def _tell(self) -> None:
        if self._loop is not None and not self._closing:
            # The loop may close while the last commits are made.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.wake)

    def _watch(self) -> None:
        pause = threading.Event()
        watch = None
        while True:
            self._wanted.wait()
            if self._closing:
                break
            try:
                if watch is None:
                    watch = self._backend.watch_others()
                    self._tell()
                elif watch.wait(_LOOK):
                    self._tell()
            except StorageProblem as problem:
                _log.warning("Changes by other processes are not noticed now: %s", problem)
                pause.wait(_AGAIN)
        if watch is not None:
            watch.close()
