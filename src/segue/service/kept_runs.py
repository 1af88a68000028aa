"""The run by which a deployment is kept running, ended when the deployment is paused, changed or deleted."""

from __future__ import annotations

from segue.model.deployments import Deployment
from segue.model.states import Actor, Cancelling
from segue.service import flow_runs
from segue.store.session import Session
from segue.wire.requests import Proposal


def end_kept(session: Session, of: Deployment, why: str) -> None:
    """Ask the run that keeps a deployment running to end, and begin to count its short runs anew."""
    row = session.row("deployment_kept", id=of.id)
    run = None if row is None or row[0] is None else flow_runs.find(session, str(row[0]))
    session.run("deployment_kept_anew", id=of.id)
    if run is None or run.state.final or run.state.kind == "CANCELLING":
        return
    caller = session.caller
    actor = caller.actor if caller is not None else Actor(kind="system", name="keeper")
    asked = Cancelling(id=session.new_id(), name="Cancelling", timestamp=session.now(), message=why, actor=actor)
    flow_runs.propose(session, Proposal(id=run.id, state=asked))
