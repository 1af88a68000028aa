"""What became of an action: written beside it, and told to the feed as the automation's own doing."""

from __future__ import annotations

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME
from segue.model.actions import Action
from segue.model.automations import ActionStatus, AutomationFiring
from segue.model.events import Event
from segue.service.automation_firings import actor_of
from segue.service.records import StateRows
from segue.store.codec import json_text, micros
from segue.store.session import Session


def settle(
    session: Session,
    firing: AutomationFiring,
    number: int,
    action: Action,
    status: ActionStatus,
    *,
    answer: dict[str, object] | None = None,
    problem: str | None = None,
) -> None:
    """Write what became of an action, and tell it unless it is still under way."""
    session.run(
        "automation_action_settle", firing_id=firing.id, number=number, status=status, due=None, problem=problem,
        answer=json_text(answer or {}), now=micros(session.now()),
    )  # fmt: skip
    if status != "pending":
        facts = dict(answer or {}) if problem is None else {**(answer or {}), "problem": problem}
        tell(session, firing, number, action, status, **facts)


def tell(session: Session, firing: AutomationFiring, number: int, action: Action, what: str, **facts: object) -> None:
    """Tell the feed `segue.automation.action.triggered`, `.executed` or `.failed`, as the automation."""
    kind = action.__struct_config__.tag
    rows = StateRows()
    rows.tell(
        Event(
            id=session.new_id(), event=f"segue.automation.action.{what}", occurred=session.now(),
            resource={RESOURCE_ID: f"segue.automation.{firing.automation_id}", RESOURCE_NAME: firing.automation_name},
            payload={"firing": firing.id, "number": number, "action": kind, **facts}, actor=actor_of(firing),
            reason=firing.reason, follows=None if firing.event is None else firing.event.id,
        )
    )  # fmt: skip
    rows.write(session)
