"""Looks for runs whose process is gone, with the eyes that only this machine has."""

from __future__ import annotations

from datetime import timedelta

from segue.backend.holders import lives, this_holder
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.wire.leases import LEASE_BURY, LEASE_NEIGHBOURS, Neighbours, Obituary
from segue.wire.operations import LEASE_LIST, UPKEEP_REAP
from segue.wire.requests import Nothing, Reap, Reaped

#: Leases that end within so many seconds by this machine's clock are worth asking the database about, whose clock decides.
_SOON = timedelta(seconds=10)


def reap(backend: Backend, *, serving_for: float = 0.0) -> Reaped:
    """Close the runs of processes of this machine that are proven dead; nothing is written when there are none.

    `serving_for`: seconds for which the caller has been able to serve; from one full lease on it also closes what expired on
    other machines. A process proven alive here keeps its runs however late its heartbeat is.
    """
    if serving_for <= 0:
        return _bury(backend)
    dead: list[tuple[str, int]] = []
    unseen: list[str] = []
    soon = now() + _SOON
    for lease in backend.call(LEASE_LIST, Nothing()).items:
        living = lives(lease.holder)
        if living is False:
            dead.append((lease.id, lease.fence))
        elif living is None and lease.expires <= soon:
            unseen.append(lease.id)
    if not dead and not unseen:
        return Reaped()
    return backend.call(UPKEEP_REAP, Reap(dead=dead, unseen=unseen, serving_for=serving_for))


def _bury(backend: Backend) -> Reaped:
    me = this_holder()
    near = backend.call(LEASE_NEIGHBOURS, Neighbours(holder=me)).items
    if backend.is_remote:
        # Machines far apart may have one name between them; what was started together with this process is on this one.
        near = [lease for lease in near if lease.holder.boot == me.boot]
    dead = [(lease.id, lease.fence) for lease in near if lives(lease.holder) is False]
    if not dead:
        return Reaped()
    # How their runs ended may lie on this machine's disk.
    backend.deliver_leftovers()
    return backend.call(LEASE_BURY, Obituary(reporter=me, dead=dead))
