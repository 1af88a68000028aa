"""Runs that nobody resumed in time: found by an index that holds those alone which are paused, and ended."""

from __future__ import annotations

from segue.decide.proposals import never_resumed
from segue.model.states import Paused
from segue.service.flow_runs import close_children, enter, find
from segue.service.leases import is_held
from segue.service.pairing import pair
from segue.store.codec import micros
from segue.store.session import Session
from segue.wire import pauses as w


def find_overdue(session: Session, request: w.FindOverdue) -> w.PausedRuns:
    """Return the flow runs that have been paused for too long and that no process holds."""
    rows = session.rows("flow_runs_overdue", now=micros(session.now()), limit=max(0, min(request.limit, 1_000)))
    return w.PausedRuns(ids=[str(row[0]) for row in rows])


def end(session: Session, request: w.EndPauses) -> w.PausedRuns:
    """Let flow runs fail that nobody resumed in time; one that a process holds is ended by that process."""
    now, ended = session.now(), []
    for id in request.ids:
        run = find(session, id)
        if run is None or not isinstance(run.state, Paused) or is_held(session, run.lease_id):
            continue
        state = never_resumed(run.state, now=now, id=session.new_id())
        if state is not None:
            enter(session, run, [state])
            close_children(session, run, state)
            ended.append(id)
    return w.PausedRuns(ids=ended)


HANDLERS = dict((pair(w.PAUSES_FIND, find_overdue), pair(w.PAUSES_END, end)))
