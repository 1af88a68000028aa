"""From where a run that is retried is done again, as the record has it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import cast

from segue.decide.redoing import Cut, Recorded, begins, cuts, foreseen
from segue.decide.redoing import redo as decide
from segue.model.errors import BadRequest, ForeignTaskRun, NotFound, NotOver
from segue.model.redoing import REDO_FROM, START, Redo
from segue.model.runs import FlowRun, Id, StateRow, TaskRun
from segue.model.states import State
from segue.service.flow_runs import find, history_of, read
from segue.service.pairing import pair
from segue.store.codec import Row
from segue.store.rows import task_run_out
from segue.store.session import Session
from segue.wire import redoing as w
from segue.wire.requests import ById


def redo(session: Session, request: ById) -> Redo:
    """Return what a flow run's next attempts may not take from those before; raises `NotFound`."""
    run = read(session, request)
    history = history_of(session, run.id)
    made = cuts([row.state for row in history])
    return decide(_recorded(session, run, history), made) if made else Redo()


def preview(session: Session, request: w.RetryChoice) -> w.RetryPreview:
    """Say what a retry would take from before and what it would do again, and change nothing.

    Raises `NotFound`, `NotOver` for a run that has not ended, `ForeignTaskRun` for a task run of another run, and `BadRequest`
    where both `from_start` and `from_task_run` are given.
    """
    run = read(session, ById(request.id))
    chosen = choice(session, run, from_start=request.from_start, from_task_run=request.from_task_run)
    if not run.state.final:
        raise NotOver(name=run.name, state=run.state.name)
    rows = history_of(session, run.id)
    history = [row.state for row in rows]
    made = cuts(history)
    if chosen is not None:
        made.append(Cut(len(begins(history)), None if chosen == START else chosen))
    recorded, whole = _looked_at(session, run, rows, made)
    found = foreseen(run, history, recorded, made, session.now())
    return w.RetryPreview(
        looked_at=None if whole else len(recorded),
        reused_count=len(found.reused),
        reused=_named(found.reused),
        again_count=len(found.again),
        again=_named(found.again),
    )


def choice(session: Session, run: FlowRun, *, from_start: bool, from_task_run: Id | None) -> str | None:
    """Return what the state says by which a run is begun again, None where nobody chose; raises what `preview` raises of it."""
    if from_task_run is None:
        return START if from_start else None
    if from_start:
        raise BadRequest("from_start and from_task_run exclude each other: give one of them.", field="from_task_run")
    found = session.row("task_run_read", id=from_task_run)
    if found is None:
        raise NotFound(kind="task run", id=from_task_run)
    task = task_run_out(found)
    home = find(session, task.flow_run_id) if task.flow_run_id is not None else None
    if home is None or run.id not in {home.id, home.root_flow_run_id} or task.lease_id != run.lease_id:
        raise ForeignTaskRun(task=task.name, id=task.id, run=run.name, home=_home(home))
    return task.id


def _home(run: FlowRun | None) -> str:
    return "runs by itself" if run is None else f"is of flow run {run.name}"


def check(session: Session, run: FlowRun, states: Sequence[State]) -> None:
    """Refuse states by which a run would be done again from what is not of it; raises what `choice` raises."""
    for state in states:
        chosen = state.details.get(REDO_FROM)
        if isinstance(chosen, str) and chosen != START:
            choice(session, run, from_start=False, from_task_run=chosen)


def is_redone(session: Session, run: FlowRun) -> bool:
    """Say whether somebody chose from where a run that was begun before is done again."""
    return bool(cuts([row.state for row in history_of(session, run.id)]))


def _recorded(session: Session, run: FlowRun, history: Sequence[StateRow]) -> list[Recorded]:
    return _in_attempts(session.rows("task_runs_of_whole", id=run.id), history)


def _looked_at(
    session: Session, run: FlowRun, history: Sequence[StateRow], made: Sequence[Cut]
) -> tuple[list[Recorded], bool]:
    """Return what of a run's task runs a person who asks is told of, and whether that is all there is."""
    most = w.MOST_LOOKED_AT
    own = session.rows("task_runs_of_flow_run_newest", id=run.id, most=most + 1)
    newest = sorted(own, key=_id, reverse=True)[:most]
    below = session.rows("task_runs_of_subflows_some", id=run.id, most=most + 1 - len(newest))
    rows = [*newest, *below[: most - len(newest)]]
    whole = len(own) + len(below) == len(rows)
    if not whole:
        # Without the task run from which it is done again, nothing would be known to have come before it.
        known = {row[0] for row in rows}
        for cut in made:
            if cut.task is not None and cut.task not in known:
                rows += session.rows("task_run_recorded", id=cut.task)
    return _in_attempts(sorted(rows, key=_id), history), whole


def _in_attempts(rows: Sequence[Row], history: Sequence[StateRow]) -> list[Recorded]:
    # The order in which things were committed tells attempts apart whatever the clocks of their machines said.
    begun = [history[at].seq for at in begins([row.state for row in history])]
    return [Recorded(task_run_out(row[:-1]), bisect_right(begun, cast("int", row[-1]))) for row in rows]


def _id(row: Row) -> str:
    return cast("str", row[0])


def _named(tasks: Sequence[TaskRun]) -> list[w.RetryStep]:
    return [
        w.RetryStep(
            id=task.id, name=task.name, task_name=task.task_name, state=task.state.kind, flow_run_id=task.flow_run_id,
            child_flow_run_id=task.child_flow_run_id,
        )
        for task in tasks[: w.MOST_NAMED]
    ]  # fmt: skip


HANDLERS = dict((pair(w.FLOW_RUN_REDO, redo), pair(w.RETRY_PREVIEW, preview)))
