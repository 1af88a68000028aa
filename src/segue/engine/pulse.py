"""The heartbeat of a process: renews its leases and hears of cancellations.

One thread per process, alive while runs are. Hearing must be quick (a person waits for it), renewing need not be (a row is
written), hence the two rhythms.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from segue.engine.asks import CancelRequested, LeaseLost
from segue.host import clock
from segue.model.errors import SegueError
from segue.wire.operations import FLOW_RUN_LIST, LEASE_RENEW
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import Lease, Renewal

if TYPE_CHECKING:
    from segue.backend.protocol import Backend
    from segue.engine.lives import FlowLife
    from segue.model.states import State

LISTEN_SECONDS = 0.4
RENEW_SECONDS = 10.0
_CHUNK = 500

log = logging.getLogger("segue.engine")


class Pulse:
    """Watches the runs of one process."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._lives: dict[str, FlowLife] = {}
        self._stoppers: dict[str, Callable[[BaseException], object]] = {}
        self._leases: dict[str, Lease] = {}
        self._thread: threading.Thread | None = None

    def watch(self, life: FlowLife, stop: Callable[[BaseException], object]) -> None:
        """Renew the lease of a run from now on, and call `stop` when it must end."""
        with self._lock:
            self._lives[life.id] = life
            self._stoppers[life.id] = stop
        self._start()

    def unwatch(self, life: FlowLife) -> None:
        """The run has ended."""
        with self._lock:
            self._lives.pop(life.id, None)
            self._stoppers.pop(life.id, None)

    def deafen(self, life: FlowLife) -> None:
        """The run's code has ended: its lease is renewed, but nothing stops it any more."""
        with self._lock:
            self._stoppers.pop(life.id, None)

    def hold(self, lease: Lease) -> None:
        """Renew a lease that belongs to no flow run."""
        with self._lock:
            self._leases[lease.id] = lease
        self._start()

    def release(self, lease: Lease) -> None:
        """Renew it no longer."""
        with self._lock:
            self._leases.pop(lease.id, None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._beat, name="segue-pulse", daemon=True)
            self._thread.start()

    def _beat(self) -> None:
        # The threads of runs share nothing with this one but a plain lock: an exception may be thrown into them at any point.
        pause = threading.Event()
        renewed = clock.monotonic()
        while True:
            pause.wait(LISTEN_SECONDS)
            with self._lock:
                if not self._lives and not self._leases:
                    self._thread = None
                    return
            try:
                self._listen()
                if clock.monotonic() - renewed >= RENEW_SECONDS:
                    renewed = clock.monotonic()
                    self._renew()
            except SegueError as error:
                # The database may be away for a while; the run goes on and the next beat tries again.
                log.warning("the heartbeat could not be written: %s", error)

    def _listen(self) -> None:
        with self._lock:
            ids = [id for id, life in self._lives.items() if life.cancelled is None]
        for start in range(0, len(ids), _CHUNK):
            where = RunFilter(ids=ids[start : start + _CHUNK], state_types=["CANCELLING"])
            for run in self._backend.call(FLOW_RUN_LIST, RunQuery(where=where, limit=_CHUNK)).items:
                self._cancel(run.id, run.state)

    def _renew(self) -> None:
        with self._lock:
            leases = {life.lease.id: life.lease.fence for life in self._lives.values() if life.lease is not None}
            leases.update({lease.id: lease.fence for lease in self._leases.values()})
        if not leases:
            return
        answer = self._backend.call(LEASE_RENEW, Renewal(leases=list(leases.items())))
        for id, state in answer.cancel:
            self._cancel(id, state)
        for id in answer.lost:
            with self._lock:
                stop = self._stoppers.get(id)
            if stop is not None:
                stop(LeaseLost(f"another process took over run {id}"))

    def _cancel(self, id: str, state: State) -> None:
        with self._lock:
            life, stop = self._lives.get(id), self._stoppers.get(id)
        if life is None or stop is None or life.cancelled is not None:
            return
        life.cancelled = state
        stop(CancelRequested(state))
