"""Runs whose time has passed: found by an index that holds those alone which are not marked yet, and named Late."""

from __future__ import annotations

from datetime import timedelta

from segue.decide.late import late_state
from segue.service.flow_runs import enter, find
from segue.service.pairing import pair
from segue.store.codec import micros
from segue.store.session import Session
from segue.wire import late as w


def find_late(session: Session, request: w.FindLate) -> w.LateRuns:
    """Return the flow runs that are late and not named so."""
    before = micros(session.now() - timedelta(seconds=request.after))
    rows = session.rows("flow_runs_late", before=before, limit=max(0, min(request.limit, 1_000)))
    return w.LateRuns(ids=[str(row[0]) for row in rows])


def mark(session: Session, request: w.MarkLate) -> w.LateRuns:
    """Name flow runs Late that are; each once, whoever asks."""
    now, after = session.now(), timedelta(seconds=request.after)
    marked = []
    for id in request.ids:
        run = find(session, id)
        state = None if run is None else late_state(run.state, after=after, now=now, id=session.new_id())
        if run is not None and state is not None:
            enter(session, run, [state])
            marked.append(id)
    return w.LateRuns(ids=marked)


HANDLERS = dict((pair(w.LATE_FIND, find_late), pair(w.LATE_MARK, mark)))
