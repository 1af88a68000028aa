"""Claims: work that nobody holds, taken over by one process with a rising fence."""

from __future__ import annotations

from segue.model.errors import Held, StaleFence, Stopped
from segue.model.runs import FlowRun
from segue.model.states import Pending
from segue.service import attribution
from segue.service.flow_runs import enter, history_of, read
from segue.service.leases import grant, read_lease
from segue.store.codec import instant, micros
from segue.store.session import Session
from segue.wire.requests import ById, Claim, Grant, Lease


def claim(session: Session, request: Claim) -> Grant:
    """Lease a flow run that nobody holds and enter the given states; raises `Held`, `NotFound`, `StaleFence`, `Stopped`."""
    run = read(session, ById(request.id))
    before = _claimed_before(session, run, request)
    if before is not None:
        return Grant(run=run, lease=before, fused=_is_fused(session, run, request))
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
    return Grant(run=read(session, ById(run.id)), lease=lease, fused=_is_fused(session, run, request))


def _is_fused(session: Session, run: FlowRun, request: Claim) -> bool:
    """Say whether another process may begin a run, or what follows it, once its lease has ended."""
    if run.deployment_id is None:
        return False
    return request.crash_retries > 0 or session.row("deployment_is_kept", id=run.deployment_id) is not None


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
