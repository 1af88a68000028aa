"""The reaper: closes runs whose process is gone, on this machine by looking, elsewhere when their lease has expired."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from segue.backend.embedded import EmbeddedBackend
from segue.backend.reaper import reap
from segue.host import clock
from segue.server.loops.loop import Loop
from segue.wire.operations import LEASE_LIST
from segue.wire.requests import Nothing, Reaped

_log = logging.getLogger("segue.server")

#: Turns that are further apart than this by the wall clock: the machine slept, or the process was stopped.
_GAP = 10.0


class Reaper(Loop):
    """Closes the runs of processes proven dead, and those whose lease expired while their holders could have renewed it.

    How long they could is this server's own time of serving without a break: a start, a database that was away and a machine
    that slept each give every holder one full lease again.
    """

    name: ClassVar[str] = "reaper"

    def __init__(
        self,
        backend: EmbeddedBackend,
        *,
        every: float = 5.0,
        monotonic: Callable[[], float] = clock.monotonic,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        super().__init__(every)
        self._backend = backend
        self._monotonic = monotonic
        self._now = now
        #: Since when the database could be reached without a break.
        self._since: float | None = None
        self._looked: datetime | None = None
        self._begun = False

    def turn(self) -> None:
        """Look once, and say what was found; not in the first turn.

        Runs that ended while there was no server told their end to this machine's disk: whoever delivers it shall not have to race.
        """
        if not self._begun:
            self._begun = True
            return
        found = self.look()
        if found.flow_runs or found.task_runs:
            _log.warning(
                "Closed %d flow runs and %d task runs of lost processes.", len(found.flow_runs), len(found.task_runs)
            )

    def look(self) -> Reaped:
        """Look once; when the database cannot be reached the time of serving is counted anew from the next success."""
        began, since = self._monotonic(), self._since
        if self._looked is not None and (self._now() - self._looked).total_seconds() > self.every + _GAP:
            since = None
        self._since = None
        found = reap(self._backend)
        now = self._now()
        if since is not None and any(lease.expires <= now for lease in self._backend.call(LEASE_LIST, Nothing()).items):
            late = reap(self._backend, serving_for=began - since)
            found = Reaped(flow_runs=[*found.flow_runs, *late.flow_runs], task_runs=[*found.task_runs, *late.task_runs])
        self._since = began if since is None else since
        self._looked = self._now()
        return found
