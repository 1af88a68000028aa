"""Listens at a server for what a process must know: its runs that are to stop, its leases that are lost.

One question at a time waits at the server until there is an answer, so that a request to cancel is heard at once and a quiet
run costs next to nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from segue.model.errors import SegueError
from segue.wire.leases import LEASE_LISTEN, Listen, News

if TYPE_CHECKING:
    from segue.backend.protocol import Backend

log = logging.getLogger("segue.engine")

#: Seconds that a question waits at the server.
PATIENCE = 20.0
#: Seconds before it is asked again when there was no answer.
_AGAIN = 1.0


class Ear:
    """A thread that listens as long as there is something to ask."""

    def __init__(
        self, backend: Backend, ask: Callable[[], Listen | None], hear: Callable[[Listen, News], object]
    ) -> None:
        self._backend = backend
        self._ask = ask
        self._hear = hear
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Begin, unless it listens already."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="segue-ear", daemon=True)
                self._thread.start()

    def _next(self) -> Listen | None:
        with self._lock:
            question = self._ask()
            if question is None:
                self._thread = None
            return question

    def _run(self) -> None:
        pause = threading.Event()
        while (question := self._next()) is not None:
            try:
                self._hear(question, self._backend.call(LEASE_LISTEN, question))
            except SegueError as problem:
                # The backend has said that the server is away.
                log.debug("nothing is heard now: %s", problem)
                pause.wait(_AGAIN)
