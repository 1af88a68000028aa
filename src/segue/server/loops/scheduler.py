"""The scheduler: fires the instants of schedules when they come, and makes runs ahead of their time."""

from __future__ import annotations

import logging
from typing import ClassVar

from segue.backend.protocol import Backend
from segue.server.loops.loop import Loop
from segue.wire.schedules import SCHEDULE_DUE, SCHEDULE_TEND, FindDue, Tend

_log = logging.getLogger("segue.server")

#: Schedules that are brought up to date in one commit at most: what is due is hurried, the rest lets others write between.
_DUE, _AHEAD = 50, 20
#: Seconds it never waits less, so that a clock that is a little ahead of the database's does not spin.
_LEAST = 0.002


class Scheduler(Loop):
    """Wakes at the next instant of all; several servers at it fire each instant once."""

    name: ClassVar[str] = "scheduler"
    purpose: ClassVar[str] = "makes the runs of schedules"

    def __init__(self, backend: Backend, every: float = 1.0) -> None:
        super().__init__(every)
        self._backend = backend
        self._longest = every

    def turn(self) -> None:
        """Do what there is to do; what has come goes before what comes."""
        while True:
            found = self._backend.call(SCHEDULE_DUE, FindDue(limit=_DUE))
            if found.due:
                done = self._backend.call(SCHEDULE_TEND, Tend(ids=found.due, only_due=True))
                if done.skipped:
                    _log.info("%d instants of schedules did not fire; the ledger says why.", done.skipped)
            else:
                self._backend.call(SCHEDULE_TEND, Tend(ids=found.queued))
                if not found.short:
                    break
                self._backend.call(SCHEDULE_TEND, Tend(ids=found.short[:_AHEAD]))
            self.beat()
        again = self._backend.call(SCHEDULE_DUE, FindDue(limit=1)).wait
        self.every = self._longest if again is None else min(self._longest, max(_LEAST, again))
