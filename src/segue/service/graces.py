"""Slots of a deployment's limit that infrastructure holds which takes longer to start than it may: they are given to others."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import msgspec

from segue.model.deployments import ConcurrencyOptions
from segue.model.runs import FlowRun, Id
from segue.model.states import Actor, Cancelled, Scheduled, State
from segue.store.codec import micros
from segue.store.session import Session

_options = msgspec.json.Decoder(ConcurrencyOptions)


def overstayed(session: Session, deployment_id: Id, grace: int | None) -> int:
    """Return how many runs of a deployment were claimed, and have not begun within their grace period (seconds)."""
    if grace is None:
        return 0
    before = micros(session.now() - timedelta(seconds=grace))
    row = session.row("deployment_unbegun", id=deployment_id, before=before)
    return int(row[0] or 0) if row is not None else 0


def instead_of_beginning(session: Session, run: FlowRun) -> State | None:
    """Return the state of a run whose slot was given away before it began, where there is none for it now; None: it may begin."""
    row = session.row("deployment_limit", id=run.deployment_id, run_id=run.id)
    if row is None:
        return None
    limit, text, others = cast("tuple[int, str, int]", tuple(row))
    options = _options.decode(text)
    grace = options.grace_period_seconds
    now = session.now()
    if grace is None or now - run.state.timestamp <= timedelta(seconds=grace):
        return None
    if others - overstayed(session, str(run.deployment_id), grace) + 1 < limit:
        return None
    actor = Actor(kind="system", name="concurrency limit")
    why = f"Its infrastructure took longer than {grace} seconds to start, and another run has its slot of the deployment's limit"
    if options.collision_strategy == "CANCEL_NEW":
        return Cancelled(id=session.new_id(), name="Cancelled", timestamp=now, message=f"{why}.", actor=actor)
    return Scheduled(
        id=session.new_id(), name="AwaitingConcurrencySlot", timestamp=now, at=now, message=f"{why}; it waits for the next.",
        actor=actor,
    )  # fmt: skip
