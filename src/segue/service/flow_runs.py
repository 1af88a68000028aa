"""Flow runs: made, claimed, moved, read."""

from __future__ import annotations

from segue.decide.proposals import Propose, RunSnapshot, closing_state
from segue.decide.proposals import propose as decide
from segue.decide.timing import Timing, entered_all
from segue.decide.verdicts import Abort, Accept, Reject, Repeated, Wait
from segue.host.tracing import is_traceparent
from segue.model import sizes
from segue.model.errors import BadRequest, NotFound, TooLarge
from segue.model.runs import FlowRun, StateRow
from segue.model.states import Cancelled, Cancelling, Paused, Scheduled, State
from segue.service import attribution, stand_ins, task_runs
from segue.service.leases import grant, is_held, read_lease
from segue.service.limits import fits
from segue.service.records import FLOW_RUN, StateRows
from segue.store.bulk import Rows
from segue.store.codec import json_text, micros, micros_or_none
from segue.store.rows import flow_run_out, flow_run_row, flow_run_states_out, state_row_out, task_run_out
from segue.store.session import Session
from segue.wire.queries import History
from segue.wire.requests import ById, Grant, Lease, NewFlowRun, Proposal, Verdict


def find(session: Session, id: str) -> FlowRun | None:
    """Return a flow run, or None."""
    row = session.row("flow_run_read", id=id)
    return None if row is None else flow_run_out(row)


def read(session: Session, request: ById) -> FlowRun:
    """Return a flow run; raises `NotFound`."""
    run = find(session, request.id)
    if run is None:
        raise NotFound(kind="flow run", id=request.id)
    return run


def history_of(session: Session, id: str) -> list[StateRow]:
    """Return the states of a flow run, oldest first."""
    return [state_row_out(row) for row in session.rows("flow_run_history", id=id)]


def history(session: Session, request: ById) -> History:
    """Return the states of a flow run, oldest first; raises `NotFound`."""
    items = history_of(session, request.id)
    if not items:
        raise NotFound(kind="flow run", id=request.id)
    return History(items=items)


def create(session: Session, request: NewFlowRun) -> Grant:
    """Make a flow run with its first states, and lease it if asked; made before, it is returned as it is."""
    session.order()
    known, flow_id = session.row("flow_run_known", id=request.id, flow=request.flow_name) or (False, None)
    if known:
        run = read(session, ById(request.id))
        return Grant(run=run, lease=_lease_again(session, run, request))
    if not request.states:
        message = "A flow run needs a first state."
        raise BadRequest(message)
    if len(request.name.encode()) > sizes.NAME:
        raise TooLarge(what="The run name", size=len(request.name.encode()), limit=sizes.NAME)
    fits("The parameters", request.parameters, sizes.PARAMETERS)
    entered = attribution.first(session, request.states)
    first, last = entered[0], entered[-1]
    created = micros(first.timestamp)
    if request.idempotency_key is not None:
        row = session.row("flow_run_by_key", flow=request.flow_name, key=request.idempotency_key)
        if row is not None:
            return Grant(run=read(session, ById(str(row[0]))))
    lease = None
    lease_id, fence = None, 0
    if request.lease is not None:
        lease = grant(session, request.id, "flow-run", request.lease, fence=1)
        lease_id, fence = lease.id, lease.fence
    elif request.root_flow_run_id is not None:
        root = find(session, request.root_flow_run_id)
        if root is not None:
            lease_id, fence = root.lease_id, root.fence
    timing = entered_all(entered)
    states = StateRows()
    for state in entered:
        seq = states.add(FLOW_RUN, request.id, state, first=True)
    expected = first.at if isinstance(first, Scheduled) else first.timestamp
    values = [
        request.id, request.flow_name, request.name, seq, last.kind, last.name, created, micros(last.timestamp), lease_id, fence,
        request.parent_task_run_id, request.parent_flow_run_id, request.root_flow_run_id, request.flow_version,
        request.entrypoint, request.parameters or None, request.tags or None, int(request.durable), timing.run_count,
        micros(expected), micros_or_none(timing.start_time), micros_or_none(timing.end_time), timing.total_run_time,
        attribution.creator(session, request.created_by), request.idempotency_key, _due(last),
        request.terms and json_text(request.terms),
    ]  # fmt: skip
    if flow_id is None:
        session.put("flows_intern", Rows([(session.new_id(), request.flow_name, created)]))
    rows = Rows([values])
    session.put("flow_runs_insert", rows, base=states.write(session))
    if request.traceparent is not None:
        if not is_traceparent(request.traceparent):
            raise BadRequest(f"traceparent is {request.traceparent[:60]!r}; it must be like 00-TRACE-SPAN-01 of W3C's.")
        session.run("flow_run_traced", id=request.id, traceparent=request.traceparent)
    if request.parent_task_run_id is not None:
        session.run("task_runs_adopt", rows=json_text([(request.parent_task_run_id, request.id)]))
    if flow_id is None or rows.cells is None:
        return Grant(run=read(session, ById(request.id)), lease=lease)
    made = flow_run_row(rows.cells, states.last, flow_id=str(flow_id), traceparent=request.traceparent)
    return Grant(run=flow_run_out(made), lease=lease)


def _lease_again(session: Session, run: FlowRun, request: NewFlowRun) -> Lease | None:
    """Return the lease that the first answer gave, when the same process asks again."""
    held = read_lease(session, run.id)
    if held is None or held.ended is not None or request.lease is None or held.holder != request.lease.holder:
        return None
    return Lease(id=held.id, fence=held.fence, expires=session.now(), last_sequence=held.last_sequence)


def propose(session: Session, request: Proposal) -> Verdict:
    """Decide over a proposed state and enter it; raises `NotFound`, `StaleFence`."""
    row = session.row("flow_run_moving", id=request.id)
    if row is None:
        raise NotFound(kind="flow run", id=request.id)
    run, passed = flow_run_states_out(row)
    if passed is None:
        # To follow a chain of any length costs as much as the rest of a move.
        passed = [each.state for each in history_of(session, run.id)]
    snapshot = RunSnapshot(
        state=run.state,
        fence=run.fence,
        held=is_held(session, run.lease_id),
        history=passed,
        late_outcome=run.late_outcome,
        deployed=run.deployment_id is not None,
    )
    said_by = attribution.from_outside if request.fence is None else attribution.believed
    proposed = said_by(session, request.state, [state.actor for state in passed])
    command = Propose(state=proposed, fence=request.fence, force=request.force)
    match decide(snapshot, command, session.now()):
        case Accept(state=state, closes=closes, instead=instead):
            enter(session, run, [state])
            if closes:
                close_children(session, run, state)
            if run.deployment_id is not None and state.kind == "CRASHED" and not request.force:
                # The door: only what workers start is begun again by itself.
                from segue.service.restarts import begun_again  # noqa: PLC0415

                again = begun_again(session, run.id, state, passed)
                if again is not None:
                    enter(session, read(session, ById(run.id)), [again])
            return Verdict(status="accept" if instead is None else "reject", state=state, reason=instead)
        case Repeated(state=state):
            same = state.kind == request.state.kind
            return Verdict(status="accept" if same else "reject", state=state if same else run.state)
        case Reject(reason=reason):
            return Verdict(status="reject", state=run.state, reason=reason)
        case Wait(until=until, reason=reason):
            return Verdict(status="wait", state=run.state, reason=reason, until=until)
        case Abort(reason=reason, late=late):
            if late and run.late_outcome is None:
                session.run("flow_run_late", id=run.id, outcome=json_text(proposed))
            return Verdict(status="abort", state=run.state, reason=reason)


def enter(session: Session, run: FlowRun, states: list[State]) -> None:
    """Write that a run went into these states in order."""
    timing = Timing(run.run_count, run.start_time, run.end_time, run.total_run_time)
    before, rows, seq = run.state, StateRows(), 0
    for state in states:
        timing = timing.entered(before, state)
        seq = rows.add(FLOW_RUN, run.id, state)
        before = state
    values = [
        run.id,
        seq,
        before.kind,
        before.name,
        micros(before.timestamp),
        timing.run_count,
        micros_or_none(timing.start_time),
        micros_or_none(timing.end_time),
        timing.total_run_time,
        _due(before),
    ]
    session.put("flow_runs_update", Rows([values]), base=rows.write(session))
    if run.parent_task_run_id is not None and run.deployment_id is not None:
        stand_ins.follow(session, run.parent_task_run_id, states)


def _due(state: State) -> int | None:
    """When something is to become of a run that is in this state by itself."""
    match state:
        case Scheduled(at=at):
            return micros(at)
        case Paused(until=until):
            return micros_or_none(until)
        case _:
            return None


def close_children(session: Session, run: FlowRun, state: State) -> None:
    """End everything that is still open below a run that ended, and its lease.

    Runs of deployments that it started are other processes: they go on, but are asked to end when it was cancelled.
    """
    # From here on nobody moves a child meanwhile.
    session.order()
    now = micros(session.now())
    # Most runs end when everything below them has ended, and many have nothing there: that is seen at a glance.
    started, left_open = session.row("flow_run_below", id=run.id) or (1, 1)
    if started or left_open:
        session.take_long()
    below = [str(row[0]) for row in session.rows("flow_runs_within", id=run.id)] if started else [run.id]
    for id in below:
        child = find(session, id) if id != run.id else None
        if child is not None and not child.state.final and child.state.name != "NotReady":
            enter(session, child, [closing_state(state, run.name, child.state, id=session.new_id())])
    if started or left_open:
        tasks = [task_run_out(row) for row in session.rows("task_runs_open", flow_run_ids=json_text(below))]
        ends = [(task, closing_state(state, run.name, task.state, id=session.new_id())) for task in tasks]
        task_runs.enter(session, ends)
    for id in below:
        # Only runs that have a lease of their own; a subflow's is its root's.
        if id != run.id or run.lease_id is not None:
            session.run("lease_end", id=id, now=now)
    if isinstance(state, Cancelled):
        for row in session.rows("flow_runs_started_open", ids=json_text(below)):
            asked = Cancelling(
                id=session.new_id(), name="Cancelling", timestamp=session.now(), actor=state.actor,
                message=f"Flow run {run.name!r}, which started this one, was cancelled.",
            )  # fmt: skip
            propose(session, Proposal(id=str(row[0]), state=asked))
