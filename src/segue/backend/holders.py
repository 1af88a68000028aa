"""This process as the holder of leases."""

from __future__ import annotations

from segue.host.process import Identity, is_alive, this_process
from segue.wire.requests import Holder


def this_holder() -> Holder:
    """Return this process as a holder of leases."""
    me = this_process()
    return Holder(host=me.host, boot=me.boot, pid_namespace=me.pid_namespace, pid=me.pid, started=me.started)


def lives(holder: Holder) -> bool | None:
    """Say whether a holder lives; None when it runs where this process cannot look."""
    return is_alive(Identity(holder.host, holder.boot, holder.pid_namespace, holder.pid, holder.started))
