"""Firings of automations: each recorded once, in one transaction with what is to be done about it.

Whoever does the actions finds them by `due` in `automation_action`, and acts as `actor_of` the firing, by which loops are found.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME
from segue.model.actions import Action
from segue.model.automations import AutomationFiring, QueuedAction
from segue.model.errors import NotFound
from segue.model.events import Event
from segue.model.states import Actor
from segue.service.event_rows import event_out
from segue.service.records import StateRows
from segue.store.automation_rows import action_out, firing_out
from segue.store.codec import json_text, micros
from segue.store.lists import Where
from segue.store.session import Session
from segue.store.statements import statement

#: Bytes of a payload that is kept with the firing; a larger one is read from the feed.
_LARGE = 16 * 1024


def record_firing(session: Session, firing: AutomationFiring, actions: Sequence[Action], *, cause: str) -> bool:
    """Write a firing, its actions and its event; returns False when it was written before for this cause."""
    session.order()
    event = firing.event
    if event is not None and len(json_text(event.payload)) > _LARGE:
        firing = msgspec.structs.replace(firing, event=msgspec.structs.replace(event, payload={}), event_cut=True)
    now = micros(firing.fired)
    written = session.run(
        "automation_firing_insert", id=firing.id, automation_id=firing.automation_id, cause=cause, state=firing.state, fired=now,
        body=json_text(firing), root=firing.root, recurs=int(firing.automation_id in firing.chain[:-1]),
    )  # fmt: skip
    if not written:
        return False
    if firing.stopped is None:
        for number, action in enumerate(actions):
            session.run(
                "automation_action_insert", firing_id=firing.id, number=number, automation_id=firing.automation_id,
                body=json_text(action), due=now,
            )  # fmt: skip
    _tell(session, firing)
    return True


def read_firing(session: Session, id: str) -> AutomationFiring:
    """Return a firing; raises `NotFound`."""
    row = session.row("automation_firing_read", id=id)
    if row is None:
        raise NotFound(kind="firing", id=id)
    return firing_out(row[0])


def actions_of(session: Session, firing_id: str) -> list[QueuedAction]:
    """Return what is, or was, to be done about a firing, in order."""
    return [action_out(row) for row in session.rows("automation_actions_of_firing", firing_id=firing_id)]


def event_of(session: Session, firing: AutomationFiring) -> Event | None:
    """Return the event that made an automation fire, with all of its payload while the feed has it."""
    if firing.event is None or not firing.event_cut:
        return firing.event
    where = Where(session.dialect)
    where.add("s.subject = 2")
    where.compare("s.id", "=", firing.event.id)
    rows = session.select(statement("event_select") + where.sql(), where.params)
    return event_out(rows[0]) if rows else firing.event


def actor_of(firing: AutomationFiring) -> Actor:
    """Return who acts when an action of this firing is done."""
    return Actor(kind="automation", name=firing.automation_name, id=firing.automation_id, firing=firing.id)


def _tell(session: Session, firing: AutomationFiring) -> None:
    """Tell the feed: `segue.automation.triggered` or `.resolved`, and `.loop-stopped` where nothing is done about it."""
    rows = StateRows()
    name = f"segue.automation.{firing.state.lower()}" if firing.stopped is None else "segue.automation.loop-stopped"
    payload: dict[str, object] = {"firing": firing.id, "reason": firing.reason, "labels": firing.labels}
    if firing.stopped is not None:
        payload["stopped"] = firing.stopped
    rows.tell(
        Event(
            id=session.new_id(), event=name, occurred=firing.fired,
            resource={RESOURCE_ID: f"segue.automation.{firing.automation_id}", RESOURCE_NAME: firing.automation_name},
            payload=payload, actor=actor_of(firing), follows=None if firing.event is None else firing.event.id,
        )
    )  # fmt: skip
    rows.write(session)
