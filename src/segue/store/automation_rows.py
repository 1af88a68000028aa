"""How automations, their firings and their actions lie in rows."""

from __future__ import annotations

from typing import cast

import msgspec

from segue.model.actions import Action
from segue.model.automations import ActionStatus, Automation, AutomationFiring, QueuedAction
from segue.store.codec import Json, Row, instant, instant_or_none, map_out

_automations = msgspec.json.Decoder(Automation)
_firings = msgspec.json.Decoder(AutomationFiring)
_actions: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Action)


def automation_out(body: object) -> Automation:
    """Read an automation."""
    return _automations.decode(cast("Json", body))


def firing_out(body: object) -> AutomationFiring:
    """Read a firing."""
    return _firings.decode(cast("Json", body))


def action_out(row: Row) -> QueuedAction:
    """Build an action of a firing from its columns, in the order of the table."""
    firing_id, number, automation_id, body, status, attempts, due, created, updated, problem, answer = cast(
        "tuple[str, int, str, Json, ActionStatus, int, int | None, int, int, str | None, Json | None]", row
    )
    return QueuedAction(
        firing_id=firing_id, number=number, automation_id=automation_id, action=_actions.decode(body), status=status,
        attempts=attempts, due=instant_or_none(due), created=instant(created), updated=instant(updated), problem=problem,
        answer=map_out(answer),
    )  # fmt: skip
