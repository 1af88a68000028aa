"""The reaper: closes runs whose process is gone, on this machine by looking, elsewhere when their lease has expired."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from segue.backend import reaper
from segue.backend.embedded import EmbeddedBackend
from segue.host import clock
from segue.server.loops.loop import Loop
from segue.wire.requests import Reaped

_log = logging.getLogger("segue.server")

#: Seconds by which a turn may be late before that is a break: the machine slept, or the process was stopped.
_LATE = 10.0


class Reaper(Loop):
    """Closes the runs of processes proven dead, and those whose lease expired while their holders could have renewed it.

    Nothing is closed before this server has served for one full lease without a break. A start, a database that was away or could
    not be written, and a machine that slept are breaks: a run that ended meanwhile told its end to its own machine's disk, and
    whoever delivers that shall not have to race.
    """

    name: ClassVar[str] = "reaper"
    purpose: ClassVar[str] = "closes runs whose process is gone"

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
        self._eyes = reaper.Reaper(backend, at_once=False, gap=every + _LATE, monotonic=monotonic, now=now)
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
        failures, before = self._backend.metrics().failures, self._failures
        self._failures = failures
        if failures != before:
            self._eyes.interrupted()
        return self._eyes.look()
