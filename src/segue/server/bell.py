"""A bell that rings at commits, for loops: those of this process at once, those of others as soon as the database tells.

The database is watched only while somebody cares.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection

from segue.backend.embedded import EmbeddedBackend
from segue.model.errors import StorageProblem

_log = logging.getLogger("segue.server")

#: Seconds of one look at the database, after which the thread sees whether it is still wanted.
_LOOK = 0.25
#: Seconds between attempts while the database is away.
_AGAIN = 1.0


class Bell:
    """Rings at commits; each loop that waits has one of its own.

    `others`: also at those of other processes; `unless`: not where all operations of a commit have names that begin so.
    """

    def __init__(self, backend: EmbeddedBackend, *, others: bool = True, unless: tuple[str, ...] = ()) -> None:
        self._backend = backend
        self._others = others
        self._unless = unless
        self._rung = threading.Event()
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._backend.on_commit(self._committed)
        if self._others:
            self._thread = threading.Thread(target=self._watch, name="segue-bell", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Return at the first commit since the last call returned, or when the time is over, or when the server ends."""
        self._wanted.set()
        if not self._closing.is_set():
            self._rung.wait(seconds)
            self._rung.clear()

    def rest(self, seconds: float) -> None:
        """Wait without caring for commits."""
        self._wanted.clear()
        self._closing.wait(seconds)

    def pause(self, seconds: float) -> None:
        """Wait, and forget no commit meanwhile."""
        self._closing.wait(seconds)

    def close(self) -> None:
        """Let nobody wait any more."""
        self._closing.set()
        self._wanted.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join()

    def _committed(self, done: Collection[str]) -> None:
        if not all(name.startswith(self._unless) for name in done):
            self._ring()

    def _ring(self) -> None:
        if not self._rung.is_set():
            self._rung.set()

    def _watch(self) -> None:
        watch = None
        while True:
            self._wanted.wait()
            if self._closing.is_set():
                break
            try:
                if watch is None:
                    watch = self._backend.watch_others()
                    self._ring()
                elif watch.wait(_LOOK):
                    self._ring()
            except StorageProblem as problem:
                _log.warning("Changes by other processes are not noticed now: %s", problem)
                self._closing.wait(_AGAIN)
        if watch is not None:
            watch.close()
