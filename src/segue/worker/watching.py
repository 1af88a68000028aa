"""What a worker hears and sees of its runs while they last: cancellations, and what others have done to them."""

from __future__ import annotations

import threading
from contextlib import suppress

from segue.backend.holders import this_holder
from segue.backend.reaper import reap
from segue.backend.remote import RemoteBackend
from segue.host import clock
from segue.model.errors import Forbidden, SegueError
from segue.model.runs import Id
from segue.wire.leases import LEASE_LISTEN, Listen
from segue.wire.operations import FLOW_RUN_LIST, LEASE_RENEW
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import Renewal
from segue.worker.caring import Care

#: Seconds between two looks at the leases of runs that have not begun, and at what others have done to runs.
LOOK = 10.0
#: The same for a worker without runs, which looks for runs of dead neighbours alone.
IDLE = 30.0
#: Seconds that a question for work, or for cancellations, waits at the server.
PATIENCE = 25.0


def look_after(backend: RemoteBackend, care: Care) -> None:
    """Renew the leases of runs that have not begun, end what goes on although its run is over, and close runs of dead neighbours.

    Raises what the backend raises.
    """
    leases = care.unbegun()
    if leases:
        for id in backend.call(LEASE_RENEW, Renewal(leases=leases)).lost:
            care.begun(id)
    # A worker whose key is for its pool alone may not: the server's own reaper, and other workers, look after dead neighbours.
    with suppress(Forbidden):
        reap(backend)
    ids = [charge.id for charge in care.all() if not charge.is_over]
    if not ids:
        return
    for run in backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(ids=ids), limit=len(ids))).items:
        charge = care.get(run.id)
        # Somebody cancelled it by force, or closed it as lost.
        if charge is not None and run.state.final and (clock.now() - run.state.timestamp).total_seconds() > LOOK:
            charge.stop("Its run was closed.")


def hear(backend: RemoteBackend, care: Care, worker_id: Id) -> None:
    """Stop runs that somebody cancels, for ever."""
    known: list[Id] = []
    pause = threading.Event()
    while True:
        care.busy.wait()
        question = Listen(holder=this_holder(), worker_id=worker_id, known=known, seconds=PATIENCE)
        try:
            news = backend.call(LEASE_LISTEN, question)
        except SegueError:
            # The backend has said that the server is away.
            pause.wait(1.0)
            continue
        for id, state in news.cancel:
            known = [*known[-999:], state.id]
            charge = care.get(id)
            if charge is not None:
                charge.stop(state)
        if not len(care):
            care.busy.clear()
