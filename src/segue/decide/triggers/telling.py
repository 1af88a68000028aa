"""Firings as they are recorded: what fired, why, by which events, and what is to be done about it."""

from __future__ import annotations

from segue.decide.triggers.watching import Fired
from segue.decide.triggers.wording import instant, why
from segue.model.actions import Action
from segue.model.automations import AutomationFiring, ChildFiring
from segue.model.events import Event

#: Events that are named one by one, at most.
MOST = 100


def firing_of(fired: Fired, *, id: str, now: int) -> AutomationFiring:
    """Return the record of a firing that was decided now (microseconds); the events that counted are put to it by their numbers."""
    hit, automation = fired.hit, fired.automation
    return AutomationFiring(
        id=id,
        automation_id=automation.id,
        automation_name=automation.name,
        version=automation.version,
        state="Resolved" if hit.resolved else "Triggered",
        fired=instant(now),
        occurred=instant(hit.at),
        position=fired.position,
        reason=why(hit),
        labels=hit.labels,
        counted=len(hit.counted),
        event=None if hit.seen is None else plain(hit.seen.event),
        children=[ChildFiring(trigger=part.path, occurred=instant(part.at)) for part in hit.parts],
        value=hit.value,
    )


def kept_of(fired: Fired) -> list[int]:
    """Return the numbers of the last events that counted, as many as are named."""
    return fired.hit.counted[-MOST:]


def actions_of(fired: Fired) -> list[Action]:
    """Return what is to be done."""
    automation = fired.automation
    if fired.hit.resolved:
        return automation.actions_on_resolve
    return [*automation.actions, *automation.actions_on_trigger]


def plain(event: Event) -> Event:
    """Return an event without its place in the feed."""
    return Event(**{name: getattr(event, name) for name in Event.__struct_fields__})
