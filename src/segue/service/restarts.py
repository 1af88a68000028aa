"""Runs of deployments that crashed, begun again by themselves where their flow says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from segue.decide.restarts import restarted
from segue.model.runs import Id
from segue.model.states import Crashed, State
from segue.store.session import Session


def begun_again(
    session: Session, id: Id, state: State, passed: Sequence[State], *, lease_until: datetime | None = None
) -> State | None:
    """Return the state in which a run that has just crashed waits for a worker again; None where it stays as it is.

    `passed` are the states that it was in before.
    """
    if not isinstance(state, Crashed):
        return None
    row = session.row("flow_run_crash_retries", id=id)
    allowed = 0 if row is None or row[0] is None else int(row[0])
    if allowed == 0:
        return None
    return restarted(state, passed, allowed=allowed, now=session.now(), id=session.new_id(), lease_until=lease_until)
