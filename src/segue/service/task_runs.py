"""Task runs: read one by one, moved from outside."""

from __future__ import annotations

from collections.abc import Sequence

from segue.decide.tasks import propose_for_task
from segue.decide.timing import Timing
from segue.decide.verdicts import Accept, Reject
from segue.model.errors import NotFound
from segue.model.runs import Id, TaskRun
from segue.model.states import State
from segue.service.attribution import from_outside
from segue.service.leases import is_held
from segue.service.records import TASK_RUN, StateRows, Values
from segue.store.bulk import Rows
from segue.store.codec import json_text, micros, micros_or_none
from segue.store.rows import state_row_out, task_run_out
from segue.store.session import Session
from segue.wire.queries import History
from segue.wire.requests import ById, TaskProposal, Verdict


def read(session: Session, request: ById) -> TaskRun:
    """Return a task run; raises `NotFound`."""
    row = session.row("task_run_read", id=request.id)
    if row is None:
        raise NotFound(kind="task run", id=request.id)
    return task_run_out(row)


def read_all(session: Session, ids: Sequence[Id]) -> list[TaskRun]:
    """Return those of these task runs that are there, in the order of the ids."""
    if not ids:
        return []
    found = {str(row[0]): task_run_out(row) for row in session.rows("task_runs_read", ids=json_text(ids))}
    return [found[id] for id in ids if id in found]


def history(session: Session, request: ById) -> History:
    """Return the states of a task run, oldest first; raises `NotFound`."""
    rows = session.rows("task_run_history", id=request.id)
    if not rows:
        raise NotFound(kind="task run", id=request.id)
    return History(items=[state_row_out(row) for row in rows])


def propose(session: Session, request: TaskProposal) -> Verdict:
    """Decide over a state that somebody outside proposes, and enter it; raises `NotFound`."""
    task = read(session, ById(request.id))
    passed = [state_row_out(row).state for row in session.rows("task_run_history", id=task.id)]
    if any(state.id == request.state.id for state in passed):
        return Verdict(status="accept", state=task.state)
    held = is_held(session, task.lease_id)
    proposed = from_outside(session, request.state, [state.actor for state in passed])
    match propose_for_task(task.state, proposed, held=held, force=request.force):
        case Accept(state=state):
            enter(session, [(task, state)])
            session.run("task_run_awaited", id=task.id)
            return Verdict(status="accept", state=state)
        case Reject(reason=reason):
            return Verdict(status="reject", state=task.state, reason=reason)


def enter(session: Session, moves: list[tuple[TaskRun, State]]) -> None:
    """Write that task runs went each into a state."""
    states = StateRows()
    rows: list[Values] = []
    for task, state in moves:
        timing = Timing(task.run_count, task.start_time, task.end_time, task.total_run_time).entered(task.state, state)
        row: Values = [
            task.id,
            states.add(TASK_RUN, task.id, state),
            state.kind,
            state.name,
            micros_or_none(timing.start_time),
            micros(state.timestamp) if state.final else None,
            timing.total_run_time or None,
            timing.run_count,
            *[None] * 5,
        ]
        rows.append(row)
    if rows:
        session.put("task_runs_update", Rows(rows), base=states.write(session))
