"""This process as the holder of leases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segue.host.process import Identity, is_alive, this_process
from segue.wire.requests import Holder, OpenLease

if TYPE_CHECKING:
    from segue.backend.protocol import Backend


def this_holder() -> Holder:
    """Return this process as a holder of leases."""
    me = this_process()
    return Holder(host=me.host, boot=me.boot, pid_namespace=me.pid_namespace, pid=me.pid, started=me.started)


def lives(holder: Holder, *, here: bool = False) -> bool | None:
    """Say whether a holder lives; None when this process cannot tell. `here`: it is known to have run on this machine."""
    who = Identity(holder.host, holder.boot, holder.pid_namespace, holder.pid, holder.started)
    return is_alive(who, here=here)


def holder_lives(backend: Backend, lease: OpenLease) -> bool | None:
    """Say whether the holder of a lease lives; None when this process cannot tell.

    What was granted without a server in a file on this machine's own disk was granted to a process of this machine.
    """
    return lives(lease.holder, here=backend.is_on_own_disk and not lease.served)
