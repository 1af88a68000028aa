"""Events out of the feed: what was told as it was told, states of runs with their names and labels put to them on reading."""

from __future__ import annotations

from typing import cast

import msgspec

from segue.decide.naming import (
    DEPLOYMENT,
    FLOW,
    FLOW_RUN,
    RESOURCE_ID,
    RESOURCE_NAME,
    RESOURCE_ROLE,
    STATE_NAME,
    STATE_TYPE,
    TAG,
    TASK_RUN,
    WORK_POOL,
    WORK_QUEUE,
)
from segue.model.states import Actor, State
from segue.service.records import EVENT
from segue.service.records import FLOW_RUN as OF_FLOW_RUN
from segue.store.codec import Json, Row, instant, state_from, words_out
from segue.wire.events import FedEvent


class Body(msgspec.Struct, frozen=True):
    """What the body of an event's row holds."""

    resource: dict[str, str]
    related: list[dict[str, str]] | None = None
    payload: dict[str, object] | None = None
    actor: Actor | None = None
    reason: str | None = None
    follows: str | None = None


_bodies = msgspec.json.Decoder(Body)


def event_out(row: Row) -> FedEvent:
    """Build an event from a row of `event_select`."""
    (
        seq, subject, run_id, type_, name, occurred, id, body, run_name, flow_name, flow_id, tags, parent_id, parent_name,
        deployment_id, deployment, queue_id, queue, pool_id, pool, ran, started, expected,
    ) = cast(
        "tuple[int, int, str, str, str | None, int, str, Json | None, str | None, str | None, str | None, Json | None, str | None, "
        "str | None, str | None, str | None, str | None, str | None, str | None, str | None, float | None, int | None, int | None]",
        row,
    )  # fmt: skip
    if subject == EVENT:
        told = _bodies.decode(body or b"{}")
        return FedEvent(
            seq=seq, id=id, event=type_, occurred=instant(occurred), resource=told.resource, related=told.related or [],
            payload=told.payload or {}, actor=told.actor, reason=told.reason, follows=told.follows,
        )  # fmt: skip
    state = state_from(type_, id, name, occurred, body)
    family = FLOW_RUN if subject == OF_FLOW_RUN else TASK_RUN
    related: list[dict[str, str]] = []
    if parent_id is not None:
        related.append(_related(f"{FLOW_RUN}{parent_id}", parent_name, "flow-run"))
    if flow_id is not None:
        related.append(_related(f"{FLOW}{flow_id}", flow_name, "flow"))
    if deployment_id is not None:
        related.append(_related(f"{DEPLOYMENT}{deployment_id}", deployment, "deployment"))
    if queue_id is not None:
        related.append(_related(f"{WORK_QUEUE}{queue_id}", queue, "work-queue"))
    if pool_id is not None:
        related.append(_related(f"{WORK_POOL}{pool_id}", pool, "work-pool"))
    related += [_related(f"{TAG}{tag}", tag, "tag") for tag in words_out(tags)]
    return FedEvent(
        seq=seq,
        id=state.id,
        event=f"{family}{state.name}",
        occurred=state.timestamp,
        resource=_labels(f"{family}{run_id}", run_name, state),
        related=related,
        payload={
            "state": {"type": state.kind, "name": state.name, "message": state.message},
            **_measured(state, occurred, ran, started, expected),
        },
        actor=state.actor,
        reason=cast("str | None", state.details.get("reason")),
    )


def _measured(
    state: State, occurred: int, ran: float | None, started: int | None, expected: int | None
) -> dict[str, object]:
    """Return what metrics are made of: how long a flow run has run when it ends, and how late it was when it began; in seconds."""
    if state.final and ran is not None:
        return {"duration": round(ran, 6)}
    if state.kind == "RUNNING" and started == occurred and expected is not None:
        return {"lateness": max(0.0, (started - expected) / 1e6)}
    return {}


def _related(id: str, name: str | None, role: str) -> dict[str, str]:
    labels = {RESOURCE_ID: id, RESOURCE_ROLE: role}
    return labels if name is None else {**labels, RESOURCE_NAME: name}


def _labels(id: str, name: str | None, state: State) -> dict[str, str]:
    labels = {RESOURCE_ID: id, STATE_TYPE: state.kind, STATE_NAME: state.name}
    return labels if name is None else {**labels, RESOURCE_NAME: name}
