"""Ends runs whose lease can no longer be renewed before the lease ends: they may be begun elsewhere once it has.

The clock is this machine's own, and counts while it sleeps. Whoever begins the run again waits as long after the end of the
lease as this stops before it.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from segue.engine.asks import LeaseLost
from segue.host import clock
from segue.host.groups import send
from segue.model.launches import NOT_MINE
from segue.wire.requests import FULL_LEASE

if TYPE_CHECKING:
    from segue.engine.lives import FlowLife

#: Seconds before the end of the lease: the code is stopped; the process ends whatever it does.
STOP, END = 5.0, 1.0
_LOOK = 0.25

log = logging.getLogger("segue.flow_runs")


class Guarded:
    """What runs under a lease that belongs to no flow run."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.name = "task worker"
        self.extra: dict[str, object] = {}


class Fuse:
    """Watches over the leases of runs that may be begun elsewhere; usable from every thread."""

    def __init__(self, stop: Callable[[str, BaseException], object]) -> None:
        self._stop = stop
        self._lock = threading.Lock()
        #: When each lease was surely renewed last, for how long it is given, and the run under it.
        self._sure: dict[str, tuple[float, float, FlowLife | Guarded]] = {}
        self._stopped: set[str] = set()
        self._thread: threading.Thread | None = None

    def light(self, life: FlowLife | Guarded, since: float, seconds: float = FULL_LEASE) -> None:
        """Watch over a run whose lease of so many seconds was asked for at that time (seconds of `clock.elapsed`)."""
        with self._lock:
            self._sure[life.id] = (since, seconds, life)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="segue-fuse", daemon=True)
                self._thread.start()

    def renewed(self, ids: set[str], since: float) -> None:
        """These leases were renewed by a request of that time."""
        with self._lock:
            for id in ids & self._sure.keys():
                self._sure[id] = (since, *self._sure[id][1:])

    def put_out(self, id: str) -> None:
        """The run has ended."""
        with self._lock:
            self._sure.pop(id, None)

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                if not self._sure:
                    self._thread = None
                    return
                watched = list(self._sure.items())
            now = clock.elapsed()
            for id, (since, seconds, life) in watched:
                left = since + seconds - now
                if left <= STOP and id not in self._stopped:
                    self._stopped.add(id)
                    if not isinstance(life, Guarded):
                        log.error(
                            "flow run %r is stopped: its lease could not be renewed, and another may begin it",
                            life.name,
                        )
                    self._stop(id, LeaseLost("its lease could not be renewed, and another process may begin it"))
                if left <= END and life.extra.get("own_group"):
                    # Whatever resists, and whatever it has started.
                    log.error("flow run %r did not stop in time: its process ends", life.name)
                    logging.shutdown()
                    send(os.getpgrp(), signal.SIGKILL)
                    os._exit(NOT_MINE)
            pause.wait(_LOOK)
