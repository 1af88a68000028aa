"""What brought a firing about: the chain of firings whose actions led to it, and loops in such chains.

An automation may fire because of what an action of its own did, over any number of steps. Some such loops are meant, and slow; one
that goes round `MOST` times within an hour is stopped: its firing is recorded, told of once, and nothing is done about it.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from segue.decide.naming import FLOW_RUN, RESOURCE_ID, TASK_RUN
from segue.model.automations import AutomationFiring
from segue.model.events import Event
from segue.store.automation_rows import automation_out, firing_out
from segue.store.codec import actor_out, micros
from segue.store.session import Session

#: Times that an automation may be fired by its own doing within an hour, from one beginning.
MOST = 10
_WHILE = timedelta(hours=1)
#: Automations of a chain that are remembered, and of a round that are named.
_LONGEST, _NAMED = 50, 12


def traced(session: Session, firing: AutomationFiring) -> AutomationFiring | None:
    """Return a firing with what brought it about, stopped where it goes round; None for one more of a loop that was stopped."""
    before = None if firing.event is None else brought_about_by(session, firing.event)
    if before is None:
        return msgspec.structs.replace(firing, chain=[firing.automation_id])
    root = before.root or before.id
    recurs = firing.automation_id in before.chain
    firing = msgspec.structs.replace(
        firing, caused_by=before.id, root=root, chain=[*before.chain, firing.automation_id][-_LONGEST:]
    )
    if not recurs:
        return firing
    since = micros(firing.fired - _WHILE)
    counted = session.row("automation_recurrences", root=root, automation_id=firing.automation_id, since=since)
    times = int(counted[0] or 0) if counted is not None else 0
    if times > MOST:
        return None
    if times < MOST:
        return firing
    ring = _round(session, [*before.chain, firing.automation_id])
    stopped = (
        f"It was fired {MOST} times within an hour by what its own actions had brought about ({ring}), so nothing is done this "
        "time, and the loop ends here."
    )
    return msgspec.structs.replace(firing, stopped=stopped)


def _round(session: Session, chain: list[str]) -> str:
    """Name the automations of a chain from where its last one fired before."""
    *before, last = chain
    begun = len(before) - 1 - before[::-1].index(last)
    names: list[str] = []
    for id in chain[begun:]:
        row = session.row("automation_read", id=id)
        names.append(id if row is None else automation_out(row[0]).name)
    if len(names) > _NAMED:
        names[_NAMED // 2 : -(_NAMED // 2)] = ["…"]
    return " → ".join(names)


def brought_about_by(session: Session, event: Event) -> AutomationFiring | None:
    """Return the firing whose action brought an event about; None where none did, or nothing is known of it any more."""
    cause = _cause(session, event)
    row = None if cause is None else session.row("automation_firing_read", id=cause)
    return None if row is None else firing_out(row[0])


def _cause(session: Session, event: Event) -> str | None:
    """Return the firing whose action brought an event about, itself or through the run that it happened to or in."""
    if event.actor is not None and event.actor.firing is not None:
        return event.actor.firing
    for labels in (event.resource, *event.related):
        run = _run_of(session, labels.get(RESOURCE_ID, ""))
        made = None if run is None else session.row("flow_run_made_by", id=run)
        for by in made or ():
            actor = actor_out(by if isinstance(by, str | bytes) else None)
            if actor is not None and actor.firing is not None:
                return actor.firing
    return None


def _run_of(session: Session, resource: str) -> str | None:
    if resource.startswith(FLOW_RUN):
        return resource.removeprefix(FLOW_RUN)
    if not resource.startswith(TASK_RUN):
        return None
    row = session.row("task_run_whose", id=resource.removeprefix(TASK_RUN))
    return None if row is None or row[1] is None else str(row[1])
