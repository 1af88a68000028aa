"""Looks for runs whose process is gone: with the eyes that only this machine has, and by the clock of the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from segue.backend.holders import holder_lives, this_holder
from segue.backend.protocol import Backend
from segue.host import clock
from segue.wire.leases import LEASE_BURY, LEASE_NEIGHBOURS, Neighbours, Obituary
from segue.wire.operations import LEASE_LIST, UPKEEP_REAP
from segue.wire.requests import FULL_LEASE, Nothing, OpenLease, Reap, Reaped

#: Leases that end within so much time by this machine's clock are worth asking the database about, whose clock decides.
_SOON = timedelta(seconds=10)
#: Looks that are further apart than this (seconds, by the wall clock): the machine slept, or the process was stopped.
_GAP = 20.0


def reap(backend: Backend, *, serving_for: float = 0.0) -> Reaped:
    """Close the runs of processes of this machine that are proven dead; nothing is written when there are none.

    `serving_for`: seconds for which the caller has been able to serve; from one full lease on it also closes what expired where
    it cannot look. A process proven alive here keeps its runs however late its heartbeat is.
    """
    if serving_for <= 0:
        return _bury(backend)
    found = _bury(backend)
    soon = clock.now() + _SOON
    unseen = [lease.id for lease in out_of_sight(backend) if lease.expires <= soon]
    if not unseen:
        return found
    late = backend.call(UPKEEP_REAP, Reap(unseen=unseen, serving_for=serving_for))
    return Reaped(flow_runs=[*found.flow_runs, *late.flow_runs], task_runs=[*found.task_runs, *late.task_runs])


def _bury(backend: Backend) -> Reaped:
    me = this_holder()
    near = backend.call(LEASE_NEIGHBOURS, Neighbours(holder=me)).items
    dead = [(lease.id, lease.fence) for lease in near if holder_lives(backend, lease) is False]
    if not dead:
        return Reaped()
    # How their runs ended may lie on this machine's disk.
    backend.deliver_leftovers()
    return backend.call(LEASE_BURY, Obituary(reporter=me, dead=dead))


def out_of_sight(backend: Backend) -> list[OpenLease]:
    """Return the leases of processes at which this one cannot look."""
    return [lease for lease in backend.call(LEASE_LIST, Nothing()).items if holder_lives(backend, lease) is None]


class Reaper:
    """Closes the runs of processes that are gone, for as long as this process looks again and again.

    What it cannot look at it closes by the clock: a lease that has expired, once the holder could have renewed it for one full
    lease while this process was there and the database could be reached. A start, a look that failed and a machine that slept
    are breaks, after which that time is counted anew.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        at_once: bool = True,
        gap: float = _GAP,
        monotonic: Callable[[], float] = clock.monotonic,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._backend = backend
        #: Whether what is proven dead is closed from the first look on.
        self._at_once = at_once
        self._gap = gap
        self._monotonic = monotonic
        self._now = now
        #: Since when it could look without a break.
        self._since: float | None = None
        self._looked: datetime | None = None

    @property
    def served(self) -> float:
        """Seconds for which it has looked without a break."""
        return 0.0 if self._since is None else self._monotonic() - self._since

    def interrupted(self) -> None:
        """Count anew from the next look: the database, or this process, was away."""
        self._since = None

    def look(self) -> Reaped:
        """Close what is found now; raises what the backend raises."""
        if self._slept():
            self._since = None
        began, since = self._monotonic(), self._since
        self._since = None
        found = self._reap(0.0 if since is None else began - since)
        self._since = began if since is None else since
        self._looked = self._now()
        return found

    def _reap(self, served: float) -> Reaped:
        if served < FULL_LEASE and not self._at_once:
            # It must be seen that the database can be read.
            self._backend.call(LEASE_LIST, Nothing())
            return Reaped()
        # A server looks after all that it was told of: where one is asked, nobody else closes what he cannot look at.
        late = served >= FULL_LEASE and not self._backend.is_remote
        return reap(self._backend, serving_for=served if late else 0.0)

    def _slept(self) -> bool:
        return self._looked is not None and (self._now() - self._looked).total_seconds() > self._gap
