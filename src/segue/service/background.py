"""Background task runs: handed over, claimed by task workers, put back when a worker is lost, and heard of when they have ended."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from segue.decide.lost import retaken
from segue.model import sizes
from segue.model.errors import BadRequest, NotFound, StaleFence
from segue.model.runs import Id, TaskRun
from segue.model.states import State
from segue.service import attribution, task_runs
from segue.service.leases import LeaseRow, grant, read_lease
from segue.service.limits import clipped
from segue.service.pairing import pair
from segue.service.records import TASK_RUN, StateRows, intern_task
from segue.store.bulk import Rows
from segue.store.codec import instant, json_text, micros
from segue.store.rows import state_row_out
from segue.store.session import Session
from segue.wire import background as w
from segue.wire.operations import TASK_RUN_CLAIM, TASK_RUN_ENQUEUE
from segue.wire.queries import Count
from segue.wire.requests import ById, ClaimedTasks, ClaimTasks, Enqueue, Lease, Nothing


def enqueue(session: Session, request: Enqueue) -> TaskRun:
    """Make a task run that waits for a task worker; made before, it is returned as it is."""
    _enqueue(session, [request])
    return task_runs.read(session, ById(request.id))


def enqueue_many(session: Session, request: w.EnqueueMany) -> Count:
    """Make task runs that wait for a task worker, all or none; what was made before is left as it is."""
    if len(request.items) > w.MOST_RUNS:
        message = f"{len(request.items):,} task runs were handed over at once; at most {w.MOST_RUNS:,} are taken."
        raise BadRequest(message, field="items")
    _enqueue(session, request.items)
    return Count(len(request.items))


def _enqueue(session: Session, requests: Sequence[Enqueue]) -> None:
    session.order()
    known = {str(row[0]) for row in session.rows("task_runs_known", ids=json_text([each.id for each in requests]))}
    states, rows = StateRows(), []
    tasks: dict[tuple[str, str, str], int] = {}
    for request in requests:
        if request.id not in known:
            (first,) = attribution.first(session, [request.state])
            known.add(request.id)
            rows.append([
                request.id, request.flow_run_id,
                tasks.setdefault((request.task_key, request.task_name, ""), len(tasks)),
                clipped(request.name, sizes.NAME), states.add(TASK_RUN, request.id, first, first=True), first.kind,
                first.name, micros(first.timestamp), None, None, None, 0, request.id, request.tags or None,
                request.upstream or None, None, None, request.inputs_ref, request.parent_task_run_id,
                request.terms and json_text(request.terms),
            ])  # fmt: skip
    if rows:
        numbers = json_text([intern_task(session, *task) for task in tasks])
        base = states.write(session)
        session.put("task_runs_insert", Rows(rows), base=base, lease_id=None, tasks=numbers)
        session.run("task_runs_wait", ids=json_text([row[0] for row in rows]))


def claim(session: Session, request: ClaimTasks) -> ClaimedTasks:
    """Hand waiting task runs of these tasks to one claimant, oldest first; raises `NotFound`, `StaleFence` for its own lease."""
    if not 0 < request.limit <= w.MOST_RUNS:
        raise BadRequest(f"Between 1 and {w.MOST_RUNS:,} task runs can be claimed at once.", field="limit")
    if request.under is not None:
        return _claim_under(session, request, *request.under)
    again = session.rows("leases_of_claim", claim=request.id) if request.id is not None else []
    if again:
        return ClaimedTasks(items=[_handed_out(session, str(row[0])) for row in again])
    items = []
    for id in _waiting(session, request):
        known = read_lease(session, id)
        asked = request.lease
        if asked.token is not None:
            # The door: where no server is in between there are no tokens.
            from segue.host.run_tokens import token_of_lease  # noqa: PLC0415

            asked = msgspec.structs.replace(asked, token=token_of_lease(asked.token, id))
        lease = grant(session, id, "task-run", asked, fence=known.fence + 1 if known else 1)
        session.run("task_runs_claim", ids=json_text([id]), lease_id=id)
        if request.id is not None:
            session.run("lease_claimed", id=id, claim=request.id)
        items.append((task_runs.read(session, ById(id)), lease))
    return ClaimedTasks(items=items)


def _claim_under(session: Session, request: ClaimTasks, lease_id: Id, fence: int) -> ClaimedTasks:
    held = read_lease(session, lease_id)
    if held is None:
        raise NotFound(kind="lease", id=lease_id)
    if held.ended is not None or held.fence != fence:
        raise StaleFence(given=fence, current=held.fence)
    lease = _as_told(held)
    claimed = session.rows("leases_of_claim", claim=request.id) if request.id is not None else []
    if claimed:
        # The answer was lost: what it told of has not begun.
        ids = [str(row[0]) for row in session.rows("task_runs_unbegun", lease_id=lease_id)]
    else:
        ids = _waiting(session, request)
        if ids:
            session.run("task_runs_claim", ids=json_text(ids), lease_id=lease_id)
        if ids and request.id is not None:
            session.run("lease_claimed", id=lease_id, claim=request.id)
    return ClaimedTasks(items=[(run, lease) for run in task_runs.read_all(session, ids)])


def _waiting(session: Session, request: ClaimTasks) -> list[Id]:
    keys = json_text(request.task_keys)
    rows = session.rows("task_runs_waiting", keys=keys, now=micros(session.now()), limit=request.limit)
    return [str(row[0]) for row in rows]


def answerable(session: Session, request: ClaimTasks) -> bool:
    """Say whether a claim would be told anything now: what waits, what it was given before, that its lease is lost, or is amiss."""
    if not 0 < request.limit <= w.MOST_RUNS:
        return True
    if request.under is not None:
        held = read_lease(session, request.under[0])
        if held is None or held.ended is not None or held.fence != request.under[1]:
            return True
    if request.id is not None and session.rows("leases_of_claim", claim=request.id):
        return True
    return waiting(session, [request])[0]


def waiting(session: Session, requests: Sequence[ClaimTasks]) -> list[bool]:
    """Say which of these claims would be given something, were they made in this order."""
    found: dict[tuple[str, ...], int] = {}
    worth: list[bool] = []
    for request in requests:
        keys = tuple(request.task_keys)
        if keys not in found:
            asked = sum(each.limit for each in requests if tuple(each.task_keys) == keys)
            found[keys] = len(_waiting(session, msgspec.structs.replace(request, limit=min(asked, w.MOST_RUNS))))
        worth.append(found[keys] > 0)
        found[keys] -= request.limit
    return worth


def _handed_out(session: Session, id: Id) -> tuple[TaskRun, Lease]:
    held = read_lease(session, id)
    if held is None:
        raise NotFound(kind="lease", id=id)
    return task_runs.read(session, ById(id)), _as_told(held)


def _as_told(held: LeaseRow) -> Lease:
    return Lease(id=held.id, fence=held.fence, expires=instant(held.expires), last_sequence=held.last_sequence)


def put_back(session: Session, lease: LeaseRow, runs: Sequence[TaskRun]) -> list[TaskRun]:
    """Let others take up what a lost worker had claimed, and refuse all it still has to say; returns what is not taken up."""
    # Whoever was only cut off may not write any more: its runs are others' now.
    session.run("lease_refuse", id=lease.id)
    moves: list[tuple[TaskRun, State]] = []
    left: list[TaskRun] = []
    for run in runs:
        history = [state_row_out(row).state for row in session.rows("task_run_history", id=run.id)]
        state = retaken(
            run.state,
            history,
            pid=lease.holder.pid,
            host=lease.holder.host,
            lease_id=lease.id,
            now=session.now(),
            id=session.new_id(),
        )
        if state is None:
            left.append(run)
        else:
            moves.append((run, state))
    task_runs.enter(session, moves)
    session.run("task_runs_wait", ids=json_text([run.id for run, _ in moves]))
    return left


def ended(session: Session, request: w.AskEnded) -> w.EndedRuns:
    """Return which of these task runs have ended, and how; raises `NotFound`."""
    (answer,) = endings(session, [request])
    if isinstance(answer, NotFound):
        raise answer
    return answer


def endings(session: Session, requests: Sequence[w.AskEnded]) -> list[w.EndedRuns | NotFound]:
    """Return the answers to many questions at once; one of which nobody needs to hear yet is empty."""
    asked = sorted({id for request in requests for id in (*request.ids, *request.also)})
    over = {str(row[0]): bool(row[1]) for row in session.rows("task_runs_known", ids=json_text(asked))}
    # Those who are to hear something now hear of all that has ended.
    hears = [any(over.get(id) for id in request.ids) for request in requests]
    told = [id for request, some in zip(requests, hears, strict=True) if some for id in (*request.ids, *request.also)]
    ids = sorted({id for id in told if over.get(id)})
    states = {run.id: run.state for run in task_runs.read_all(session, ids)}
    answers: list[w.EndedRuns | NotFound] = []
    for request, some in zip(requests, hears, strict=True):
        missing = next((id for id in request.ids if id not in over), None)
        if missing is not None:
            answers.append(NotFound(kind="task run", id=missing))
            continue
        found = [(id, states[id]) for id in request.ids if id in states] if some else []
        also = [(id, states[id]) for id in request.also if id in states] if found else []
        answers.append(w.EndedRuns(items=found + also))
    return answers


def withdraw(session: Session, request: ById) -> Nothing:
    """Have a claim or a question that waits under this id answered at once; where nothing waits there is nothing to do."""
    return Nothing()


HANDLERS = dict((
    pair(TASK_RUN_ENQUEUE, enqueue),
    pair(TASK_RUN_CLAIM, claim),
    pair(w.TASK_RUN_ENQUEUE_MANY, enqueue_many),
    pair(w.TASK_RUN_ENDED, ended),
    pair(w.TASK_RUN_WITHDRAW, withdraw),
))  # fmt: skip
