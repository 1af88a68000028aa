"""Which process holds a run, and ending that process when nothing else helps."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from segue.backend.holders import holder_lives, lives, this_holder
from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.cli.faults import Exit, Fault
from segue.host import clock
from segue.model.runs import FlowRun
from segue.wire.operations import FLOW_RUN_LIST, LEASE_LIST
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import Holder, Nothing, OpenLease

#: Seconds that the kernel is given to end a process it was told to kill.
PATIENCE = 10.0
#: Seconds between two looks.
LOOK = 0.1


def lease_of(backend: Backend, run: FlowRun) -> OpenLease | None:
    """Return the lease under which a process holds a run; None when no process does."""
    leases = backend.call(LEASE_LIST, Nothing()).items
    return next((lease for lease in leases if lease.id == run.lease_id), None)


def others_of(backend: Backend, holder: Holder, run: FlowRun) -> list[FlowRun]:
    """Return the other top-level runs of a process."""
    ids = [lease.id for lease in backend.call(LEASE_LIST, Nothing()).items if lease.holder == holder]
    where = RunFilter(ids=[id for id in ids if id not in (run.id, run.lease_id)], top_level=True)
    query = RunQuery(where=where)
    return list(every_item(lambda asked: backend.call(FLOW_RUN_LIST, asked), query)) if where.ids else []


def kill(backend: Backend, lease: OpenLease) -> None:
    """Kill the process of this machine that holds a lease, that one alone, and close what it held; raises `Fault`."""
    holder = lease.holder
    match holder_lives(backend, lease):
        case None:
            message = f"The process {holder.pid} runs on {holder.host}, where this command cannot reach it."
            raise Fault(message, Exit.REFUSED, hint=f"Type the same command on {holder.host}.")
        case True if holder == this_holder():
            raise Fault("That is this very process.", Exit.REFUSED)
        case True:
            _kill(holder)
        case False:
            pass
    reap(backend)


def _kill(holder: Holder) -> None:
    try:
        # There is no SIGKILL on Windows, where SIGTERM does the same.
        os.kill(holder.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    except ProcessLookupError:
        return
    except PermissionError:
        message = f"The process {holder.pid} belongs to another user, so it cannot be killed from here."
        raise Fault(message, Exit.REFUSED) from None
    if not until(lambda: lives(holder, here=True) is False, PATIENCE):
        raise Fault(
            f"The process {holder.pid} was killed but has not ended: it waits in the kernel, for a disk perhaps."
        )


def until(holds: Callable[[], bool], seconds: float | None) -> bool:
    """Wait for a condition; say whether it came to hold in time. None waits for ever."""
    deadline = None if seconds is None else clock.monotonic() + seconds
    while not holds():
        if deadline is not None and clock.monotonic() >= deadline:
            return False
        time.sleep(LOOK)
    return True
