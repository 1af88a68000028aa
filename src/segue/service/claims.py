"""Claims: work that nobody holds, taken over by one process with a rising fence."""

from __future__ import annotations

import msgspec

from segue.model import sizes
from segue.model.errors import BadRequest, Held, NotFound, StaleFence, Stopped
from segue.model.runs import FlowRun, TaskRun
from segue.model.states import Pending
from segue.service import attribution, task_runs
from segue.service.flow_runs import enter, history_of, read
from segue.service.leases import grant, read_lease
from segue.service.limits import clipped
from segue.service.records import TASK_RUN, StateRows, intern_task
from segue.store.codec import instant, json_text, micros
from segue.store.session import Session
from segue.wire.requests import ById, Claim, ClaimedTasks, ClaimTasks, Enqueue, Grant, Lease


def claim(session: Session, request: Claim) -> Grant:
    """Lease a flow run that nobody holds and enter the given states; raises `Held`, `NotFound`, `StaleFence`, `Stopped`."""
    run = read(session, ById(request.id))
    before = _claimed_before(session, run, request)
    if before is not None:
        return Grant(run=run, lease=before)
    if request.fence is None:
        refuse_if_held(session, run)
    else:
        _refuse_unless_handed_over(session, run, request.fence)
        sent_back = _sent_back(session, run)
        if sent_back is not None:
            return Grant(run=sent_back)
    lease = grant(session, run.id, "flow-run", request.lease, fence=run.fence + 1)
    session.run("flow_run_claim", id=run.id, fence=lease.fence)
    if run.deployment_id is not None:
        # As its code says now.
        session.run("flow_run_restartable", id=run.id, crash_retries=request.crash_retries or None)
    if request.states:
        enter(session, run, attribution.first(session, request.states, again=True))
    return Grant(run=read(session, ById(run.id)), lease=lease)


def _sent_back(session: Session, run: FlowRun) -> FlowRun | None:
    """Return the run as it is now that it may not begin after all; None where it may."""
    if run.deployment_id is None:
        return None
    # The door: only what workers start is of a deployment.
    from segue.service.graces import instead_of_beginning  # noqa: PLC0415

    state = instead_of_beginning(session, run)
    if state is None:
        return None
    enter(session, run, [state])
    session.run("lease_end", id=run.id, now=micros(session.now()))
    return read(session, ById(run.id))


def _claimed_before(session: Session, run: FlowRun, request: Claim) -> Lease | None:
    """Return the lease that an earlier answer to the same request gave."""
    held = read_lease(session, run.lease_id)
    if held is None or held.ended is not None or held.holder != request.lease.holder or not request.states:
        return None
    if all(row.state.id != request.states[0].id for row in history_of(session, run.id)):
        return None
    return Lease(id=held.id, fence=held.fence, expires=instant(held.expires), last_sequence=held.last_sequence)


def _refuse_unless_handed_over(session: Session, run: FlowRun, fence: int) -> None:
    """Raise unless the run waits for the process that was started for it under this fence."""
    lease = read_lease(session, run.lease_id)
    if run.fence != fence or lease is None or lease.ended is not None:
        raise StaleFence(given=fence, current=run.fence)
    if not isinstance(run.state, Pending):
        raise Stopped(name=run.name, state=run.state.name)


def refuse_if_held(session: Session, run: FlowRun) -> None:
    """Raise `Held` while a process holds the run's lease.

    So it does when the lease has expired: whether its holder could have renewed it is for a reaper to say, who was there for long.
    """
    lease = read_lease(session, run.lease_id)
    if lease is not None and lease.ended is None:
        raise Held(pid=lease.holder.pid, host=lease.holder.host)


def enqueue(session: Session, request: Enqueue) -> TaskRun:
    """Make a task run that waits for a task worker; made before, it is returned as it is."""
    session.order()
    if session.row("task_run_read", id=request.id) is not None:
        return task_runs.read(session, ById(request.id))
    states = StateRows()
    (first,) = attribution.first(session, [request.state])
    seq = states.add(TASK_RUN, request.id, first, first=True)
    values: list[object] = [
        request.id, request.flow_run_id, 0, clipped(request.name, sizes.NAME), seq, request.state.kind,
        request.state.name, micros(request.state.timestamp), None, None, None, 0, request.id, request.tags or None,
        request.upstream or None, None, None, request.inputs_ref, request.parent_task_run_id,
    ]  # fmt: skip
    tasks = json_text([intern_task(session, request.task_key, request.task_name, "")])
    base = states.write(session)
    session.run("task_runs_insert", base=base, lease_id=None, tasks=tasks, rows=json_text([values]))
    session.run("task_run_wait", id=request.id)
    return task_runs.read(session, ById(request.id))


def claim_tasks(session: Session, request: ClaimTasks) -> ClaimedTasks:
    """Hand waiting task runs of these tasks to one claimant, oldest first; raises `NotFound` for what is gone since."""
    if not 0 < request.limit <= 1_000:
        message = "Between 1 and 1,000 task runs can be claimed at once."
        raise BadRequest(message)
    again = session.rows("leases_of_claim", claim=request.id) if request.id is not None else []
    if again:
        return ClaimedTasks(items=[_handed_out(session, str(row[0])) for row in again])
    keys = json_text(request.task_keys)
    items = []
    for row in session.rows("task_runs_waiting", keys=keys, now=micros(session.now()), limit=request.limit):
        id = str(row[0])
        known = read_lease(session, id)
        asked = request.lease
        if asked.token is not None:
            # The door: where no server is in between there are no tokens.
            from segue.host.run_tokens import token_of_lease  # noqa: PLC0415

            asked = msgspec.structs.replace(asked, token=token_of_lease(asked.token, id))
        lease = grant(session, id, "task-run", asked, fence=known.fence + 1 if known else 1)
        session.run("task_run_claim", id=id)
        if request.id is not None:
            session.run("lease_claimed", id=id, claim=request.id)
        items.append((task_runs.read(session, ById(id)), lease))
    return ClaimedTasks(items=items)


def _handed_out(session: Session, id: str) -> tuple[TaskRun, Lease]:
    held = read_lease(session, id)
    if held is None:
        raise NotFound(kind="lease", id=id)
    lease = Lease(id=id, fence=held.fence, expires=instant(held.expires), last_sequence=held.last_sequence)
    return task_runs.read(session, ById(id)), lease
