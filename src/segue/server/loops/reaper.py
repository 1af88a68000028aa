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
from segue.wire.requests import FULL_LEASE, Nothing, OpenLease, Reaped

_log = logging.getLogger("segue.server")

#: Turns that are further apart than this by the wall clock: the machine slept, or the process was stopped.
_GAP = 10.0


class Reaper(Loop):
    """Closes the runs of processes proven dead, and those whose lease expired while their holders could have renewed it.

    Nothing is closed before this server has served for one full lease without a break. A start, a database that was away or could
    not be written, and a machine that slept are breaks: a run that ended meanwhile told its end to its own machine's disk, and
    whoever delivers that shall not have to race.
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
        #: Since when the database could be read and written without a break.
        self._since: float | None = None
        self._looked: datetime | None = None
        self._failures = 0

    def turn(self) -> None:
        """Look once, and say what was found."""
        found = self.look()
        if found.flow_runs or found.task_runs:
            _log.warning(
                "Closed %d flow runs and %d task runs of lost processes.", len(found.flow_runs), len(found.task_runs)
            )

    def look(self) -> Reaped:
        """Look once; after a break the time of serving is counted anew from the next success."""
        began, since = self._monotonic(), None if self._was_interrupted() else self._since
        self._since = None
        leases = self._backend.call(LEASE_LIST, Nothing()).items
        served = 0.0 if since is None else began - since
        found = self._reap(served, leases) if served >= FULL_LEASE else Reaped()
        self._since = began if since is None else since
        self._looked = self._now()
        return found

    def _reap(self, served: float, leases: list[OpenLease]) -> Reaped:
        found = reap(self._backend)
        now = self._now()
        if not any(lease.expires <= now for lease in leases):
            return found
        late = reap(self._backend, serving_for=served)
        return Reaped(flow_runs=[*found.flow_runs, *late.flow_runs], task_runs=[*found.task_runs, *late.task_runs])

    def _was_interrupted(self) -> bool:
        failures, before = self._backend.metrics().failures, self._failures
        self._failures = failures
        slept = self._looked is not None and (self._now() - self._looked).total_seconds() > self.every + _GAP
        return slept or failures != before
