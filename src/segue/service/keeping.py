"""Services: deployments of which one run is under way at any time, and is followed by the next when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from segue.decide.keeping import begun_again
from segue.decide.restarts import AFTER_LEASE
from segue.model.runs import FlowRun
from segue.model.states import Actor
from segue.service import deployed_runs, deployments, flow_runs
from segue.service.leases import read_lease
from segue.service.pairing import pair
from segue.store.codec import instant
from segue.store.session import Session
from segue.wire import keeping as w
from segue.wire.deployments import NewRunOfDeployment
from segue.wire.requests import ById

_KEEPER = Actor(kind="system", name="keeper")


def find_ended(session: Session, request: w.FindEnded) -> w.Ended:
    """Return the deployments that are to be kept running and have no run under way."""
    return w.Ended(ids=[str(row[0]) for row in session.rows("deployments_kept_ended", limit=request.limit)])


def begin(session: Session, request: w.BeginAgain) -> w.Ended:
    """Make the next run of a service whose last one is over; once, whoever asks. Raises `NotFound`."""
    session.order()
    of = deployments.read(session, ById(request.deployment_id))
    row = session.row("deployment_kept", id=of.id)
    if row is None or not of.keep_running or of.paused:
        return w.Ended()
    before, short = cast("tuple[str | None, int]", tuple(row))
    last = None if before is None else flow_runs.find(session, before)
    if last is not None and not last.state.final:
        return w.Ended()
    now, id = session.now(), session.new_id()
    count, at, why = 0, now, "The deployment is kept running."
    if last is not None:
        lasted = None if last.start_time is None else last.state.timestamp - last.start_time
        ended = last.state.timestamp
        count, at = begun_again(short, lasted=lasted, ended=ended, now=now)
        at = max(at, _not_beside(session, last))
        why = f"The deployment is kept running, and run {last.name} is {last.state.name}.{_waits(count, at - now)}"
    # Another server may have been here meanwhile: then it was another run that ended, and this one is not made.
    if not session.run("deployment_kept_by", id=of.id, run_id=id, before=before, short=count):
        return w.Ended()
    caller, session.caller = session.caller, None
    try:
        new = NewRunOfDeployment(
            deployment_id=of.id, id=id, scheduled_time=at, created_by=_KEEPER, message=why,
            idempotency_key=f"kept:{of.id}:{id}",
        )  # fmt: skip
        deployed_runs.create_from(session, of, new)
    finally:
        session.caller = caller
    return w.Ended(ids=[of.id])


def _waits(short: int, wait: timedelta) -> str:
    if short < 2:
        return ""
    return f" {short} in a row did not last for a minute: the next begins in {wait.total_seconds():.0f} s."


def _not_beside(session: Session, last: FlowRun) -> datetime:
    """Return from when on nothing of a run can be under way: what nobody has seen end stops itself before its lease ends."""
    lease = read_lease(session, last.id)
    if lease is None or lease.ended is None or lease.ended < lease.expires:
        return last.state.timestamp
    return instant(lease.expires) + AFTER_LEASE


HANDLERS = dict((pair(w.KEPT_FIND, find_ended), pair(w.KEPT_BEGIN, begin)))
