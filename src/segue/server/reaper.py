"""Closes runs whose process is gone: on this machine by looking, elsewhere when their lease has expired."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from segue.backend.embedded import EmbeddedBackend
from segue.backend.reaper import reap
from segue.host import clock
from segue.model.errors import SegueError
from segue.wire.operations import LEASE_LIST
from segue.wire.requests import Nothing, Reaped

_log = logging.getLogger("segue.server")

#: Seconds between two looks.
EVERY = 5.0


class Reaper:
    """Looks every few seconds, in a thread of its own."""

    def __init__(self, backend: EmbeddedBackend, *, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._backend = backend
        self._monotonic = monotonic
        #: Since when the database could be reached without a break; nothing expires before one full lease after that.
        self._since: float | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="segue-reaper", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End with the look at hand."""
        self._ending.set()
        self._thread.join()

    def look(self) -> Reaped:
        """Look once; raises `SegueError` when the database cannot be reached, and counts anew from the next success."""
        began, since = self._monotonic(), self._since
        self._since = None
        found = reap(self._backend)
        leases = self._backend.call(LEASE_LIST, Nothing()).items
        now = clock.now()
        if since is not None and any(lease.expires <= now for lease in leases):
            late = reap(self._backend, serving_for=began - since)
            found = Reaped(flow_runs=[*found.flow_runs, *late.flow_runs], task_runs=[*found.task_runs, *late.task_runs])
        self._since = began if since is None else since
        return found

    def _run(self) -> None:
        told = False
        while not self._ending.wait(EVERY):
            try:
                found = self.look()
            except SegueError as problem:
                if not told:
                    _log.warning("Lost runs cannot be looked for now: %s", problem)
                told = True
                continue
            told = False
            if found.flow_runs or found.task_runs:
                _log.warning("Closed %d flow runs whose process is gone.", len(found.flow_runs))
