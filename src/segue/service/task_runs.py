"""Task runs: read one by one."""

from __future__ import annotations

from segue.model.errors import NotFound
from segue.model.runs import TaskRun
from segue.store.rows import state_row_out, task_run_out
from segue.store.session import Session
from segue.wire.requests import ById, History


def read(session: Session, request: ById) -> TaskRun:
    """Return a task run; raises `NotFound`."""
    row = session.row("task_run_read", id=request.id)
    if row is None:
        raise NotFound(kind="task run", id=request.id)
    return task_run_out(row)


def history(session: Session, request: ById) -> History:
    """Return the states of a task run, oldest first; raises `NotFound`."""
    rows = session.rows("task_run_history", id=request.id)
    if not rows:
        raise NotFound(kind="task run", id=request.id)
    return History(items=[state_row_out(row) for row in rows])
