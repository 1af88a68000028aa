"""The same done to many flow runs: each is decided over by itself, and one that refuses does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec

from segue.decide.proposals import Propose, RunSnapshot
from segue.decide.proposals import propose as decide
from segue.decide.verdicts import Abort, Accept, Decision, Reject, Repeated, Wait
from segue.model.errors import BadRequest, CalledByParent, NoDeployment, NotFound, NotOver, SegueError
from segue.model.redoing import REDO_FROM
from segue.model.runs import FlowRun
from segue.model.states import STATE_TYPES, Cancelled, Cancelling, Scheduled, State
from segue.service import lists
from segue.service.claims import refuse_if_held
from segue.service.edits import delete_flow_run
from segue.service.flow_runs import find, history_of, propose
from segue.service.leases import is_held
from segue.service.pairing import pair
from segue.service.redoing import choice
from segue.store.codec import json_text
from segue.store.session import Session
from segue.wire import bulk as w
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById, Proposal

#: Ids that may be named at once.
_IDS = 1_000


def delete(session: Session, request: w.Many) -> w.Outcomes:
    """Delete many flow runs with all that ran within them; artifacts stay, and runs that a process holds."""

    def one(run: FlowRun) -> w.Outcome:
        refuse_if_held(session, run)
        if not request.dry_run:
            delete_flow_run(session, ById(run.id))
        return w.Outcome(id=run.id, name=run.name, done=True, state=run.state.kind if request.dry_run else None)

    return _each(session, request, one)


def cancel(session: Session, request: w.CancelMany) -> w.Outcomes:
    """Ask many flow runs to stop; one that no process holds is cancelled at once, one that is held has been asked to."""

    def one(run: FlowRun) -> w.Outcome:
        now, caller = session.now(), session.caller
        asked = Cancelling(
            id=session.new_id(), name="Cancelling", timestamp=now, message=request.message,
            actor=caller.actor if caller is not None else None,
        )  # fmt: skip
        return _moved(session, run, asked, {Cancelling.kind, Cancelled.kind}, force=False, dry_run=request.dry_run)

    return _each(session, request, one)


def retry(session: Session, request: w.RetryMany) -> w.Outcomes:
    """Let many flow runs that have ended wait to run again, each under its own id; whoever takes runs of its deployment begins it.

    A run of no deployment is refused (`run.no-deployment`): nobody would begin it. So are subflows, runs that have not ended, and a
    task run to go on from that is not of the run (`run.foreign-task-run`).
    """

    def one(run: FlowRun) -> w.Outcome:
        _refuse_retry(session, run)
        chosen = choice(session, run, from_start=request.from_start, from_task_run=request.from_task_run)
        again = _made(session, "SCHEDULED", "AwaitingRetry", request.message)
        if chosen is not None:
            again = msgspec.structs.replace(again, details={REDO_FROM: chosen})
        return _moved(session, run, again, {again.kind}, force=False, dry_run=request.dry_run)

    return _each(session, request, one)


def _refuse_retry(session: Session, run: FlowRun) -> None:
    if run.parent_flow_run_id is not None:
        raise CalledByParent(name=run.name, root=run.root_flow_run_id or run.parent_flow_run_id)
    if run.deployment_id is None:
        raise NoDeployment(name=run.name, id=run.id)
    if session.row("deployment_read", id=run.deployment_id) is None:
        message = f"The deployment of flow run {run.name} was deleted, so nobody would begin it again."
        raise NoDeployment(message, name=run.name, id=run.id)
    if not run.state.final:
        raise NotOver(name=run.name, state=run.state.name)


def set_state(session: Session, request: w.SetMany) -> w.Outcomes:
    """Ask that many flow runs go into a state; each is judged as if it were asked alone."""

    def one(run: FlowRun) -> w.Outcome:
        asked = _made(session, request.type, request.name or request.type.capitalize(), request.message)
        return _moved(session, run, asked, {asked.kind}, force=request.force, dry_run=request.dry_run)

    return _each(session, request, one)


def _made(session: Session, type: str, name: str, message: str | None) -> State:
    now, caller = session.now(), session.caller
    kind = STATE_TYPES[type]
    facts: dict[str, Any] = {"at": now} if kind is Scheduled else {}
    facts["actor"] = caller.actor if caller is not None else None
    made = kind(id=session.new_id(), name=name, timestamp=now, message=message, **facts)
    return cast("State", made)


def _moved(session: Session, run: FlowRun, asked: State, wanted: set[str], *, force: bool, dry_run: bool) -> w.Outcome:
    if dry_run:
        kind, why = _foreseen(session, run, asked, force=force)
    else:
        verdict = propose(session, Proposal(id=run.id, state=asked, force=force))
        kind, why = verdict.state.kind, verdict.reason
        if verdict.status not in {"accept", "reject"} or verdict.state.id != asked.id:
            wanted = set()
    if kind in wanted:
        return w.Outcome(id=run.id, name=run.name, done=True, state=kind, detail=why)
    return w.Outcome(id=run.id, name=run.name, done=False, state=kind, code="run.refused", detail=why)


def _foreseen(session: Session, run: FlowRun, asked: State, *, force: bool) -> tuple[str, str | None]:
    """Return the type of state that a run would be in, or none, and why."""
    snapshot = RunSnapshot(
        state=run.state,
        fence=run.fence,
        held=is_held(session, run.lease_id),
        history=[row.state for row in history_of(session, run.id)],
        late_outcome=run.late_outcome,
        deployed=run.deployment_id is not None,
    )
    decision: Decision = decide(snapshot, Propose(state=asked, force=force), session.now())
    match decision:
        case Accept(state=state, instead=instead):
            return state.kind, instead
        case Reject(reason=reason) | Abort(reason=reason) | Wait(reason=reason):
            return "", reason
        case Repeated():
            return "", None


def _each(session: Session, request: w.Many, one: Callable[[FlowRun], w.Outcome]) -> w.Outcomes:
    where = request.where
    if where == RunFilter():
        raise BadRequest(
            "where: say which flow runs are meant; to mean all of them, give created_before.", field="where"
        )
    if where.ids is not None and len(where.ids) > _IDS:
        raise BadRequest(f"where.ids: {len(where.ids):,} ids; at most {_IDS:,} are taken at once.", field="where.ids")
    session.order()
    page = lists.flow_runs(session, RunQuery(where=where, sort="id", limit=request.limit, after=request.after))
    # What is decided over holds until it is done, also on a database with many servers.
    session.rows("lock_flow_runs", ids=json_text([run.id for run in page.items]))
    items = []
    for listed in page.items:
        run = find(session, listed.id)
        # A subflow goes with the run that called it.
        items.append(_judged(run, one) if run is not None else _gone(listed.id))
    if where.ids is not None and request.after is None:
        known = lists.flow_runs(session, RunQuery(where=RunFilter(ids=where.ids), limit=_IDS)).items
        missing = set(where.ids) - {run.id for run in known} - {item.id for item in items}
        items += [_gone(id) for id in sorted(missing)]
    return w.Outcomes(items=items, next=page.next)


def _judged(run: FlowRun, one: Callable[[FlowRun], w.Outcome]) -> w.Outcome:
    try:
        return one(run)
    except SegueError as problem:
        # Nothing was written for it: what can be refused is looked at first.
        return w.Outcome(
            id=run.id, name=run.name, done=False, state=run.state.kind, code=problem.code, detail=str(problem)
        )


def _gone(id: str) -> w.Outcome:
    problem = NotFound(kind="flow run", id=id)
    return w.Outcome(id=id, done=False, code=problem.code, detail=str(problem))


HANDLERS = dict(
    (
        pair(w.FLOW_RUNS_DELETE, delete),
        pair(w.FLOW_RUNS_CANCEL, cancel),
        pair(w.FLOW_RUNS_RETRY, retry),
        pair(w.FLOW_RUNS_SET, set_state),
    )
)
