"""Claims: work that nobody holds, taken over by one process with a rising fence."""

from __future__ import annotations

import msgspec

from segue.model.errors import Held, StaleFence, Stopped
from segue.model.runs import FlowRun
from segue.model.states import Pending
from segue.service import attribution
from segue.service.flow_runs import enter, history_of, read
from segue.service.leases import grant, read_lease
from segue.service.redoing import check, is_redone
from segue.store.codec import instant, micros
from segue.store.session import Session
from segue.wire.requests import ById, Claim, Grant, Lease


def claim(session: Session, request: Claim) -> Grant:
    """Lease a flow run that nobody holds and enter the given states.

    Raises `Held`, `NotFound`, `StaleFence`, `Stopped`, and `ForeignTaskRun` where it is to be done again from what is not of it.
    """
    run = read(session, ById(request.id))
    check(session, run, request.states)
    before = _claimed_before(session, run, request)
    service = run.deployment_id is not None and session.row("deployment_is_kept", id=run.deployment_id) is not None
    seconds = _seconds(request, service=service)
    # Another process may begin it, or what follows it, once its lease has ended.
    fused = service or (run.deployment_id is not None and request.crash_retries > 0)
    if before is not None:
        return _granted(session, run, msgspec.structs.replace(before, seconds=seconds), fused=fused)
    if request.fence is None:
        refuse_if_held(session, run)
    else:
        _refuse_unless_handed_over(session, run, request.fence)
        sent_back = _sent_back(session, run)
        if sent_back is not None:
            return Grant(run=sent_back)
    lease = grant(session, run.id, "flow-run", request.lease, fence=run.fence + 1, seconds=seconds)
    session.run("flow_run_claim", id=run.id, fence=lease.fence)
    if run.deployment_id is not None:
        # As its code says now.
        session.run("flow_run_restartable", id=run.id, crash_retries=request.crash_retries or None)
    if request.states:
        enter(session, run, attribution.first(session, request.states, again=True))
    return _granted(session, read(session, ById(run.id)), lease, fused=fused)


def _granted(session: Session, run: FlowRun, lease: Lease, *, fused: bool) -> Grant:
    # Only what was begun before has anything to do again.
    redone = run.run_count > 1 and is_redone(session, run)
    return Grant(run=run, lease=lease, fused=fused, redone=redone)


def _seconds(request: Claim, *, service: bool) -> float:
    """Return for how long a run is leased: a service's for less, if whoever asks renews it as often as that takes."""
    asked = request.lease
    return min(asked.seconds, asked.service_seconds) if service and asked.service_seconds is not None else asked.seconds


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
