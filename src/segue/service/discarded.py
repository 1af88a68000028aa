"""Deleted runs, remembered for as long as their files may still lie somewhere.

The rows go first and the files later: a pointer never leads to a file that was taken away before. What is remembered is written in
the transaction that deletes the rows, so a process that dies between the two leaves nothing that is forgotten.
"""

from __future__ import annotations

from segue.service.pairing import pair
from segue.store.codec import json_text, micros
from segue.store.session import Session
from segue.wire import discarded as wire
from segue.wire.discarded import Discarded, DiscardedQuery, Doomed, Names


def list_page(session: Session, request: DiscardedQuery) -> Discarded:
    """Return a page of runs that were deleted lately."""
    rows = session.rows("discarded_page", after=request.after, limit=request.limit)
    return Discarded(ids=[str(row[0]) for row in rows])


def referred(session: Session, request: Names) -> Names:
    """Return those names that a state of a run still points to; reads the whole history once."""
    found = session.rows("results_referred", names=json_text(request.names)) if request.names else []
    return Names(names=sorted({str(row[0]) for row in found}))


def doomed(session: Session, request: Doomed) -> Discarded:
    """Return the runs with files, perhaps, that would be deleted; reads all there is, and changes nothing."""
    flows = {str(row[0]) for id in request.flow_runs for row in session.rows("flow_runs_within", id=id)}
    tasks: set[str] = set()
    if request.prune is not None:
        now, keep = session.now(), request.prune
        if keep.flow_runs is not None:
            flows |= {str(row[0]) for row in session.rows("flow_runs_doomed", before=micros(now - keep.flow_runs))}
        if keep.task_runs is not None:
            tasks |= {str(row[0]) for row in session.rows("task_runs_doomed", before=micros(now - keep.task_runs))}
    tasks |= {str(row[0]) for row in session.rows("task_runs_doomed_in", ids=json_text(sorted(flows)))}
    return Discarded(ids=sorted(flows | tasks))


HANDLERS = dict(
    (
        pair(wire.DISCARDED_LIST, list_page),
        pair(wire.DISCARDED_REFERRED, referred),
        pair(wire.DISCARDED_DOOMED, doomed),
    )
)
