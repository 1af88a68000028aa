"""The outbox of automations: each action of a firing done once, in one transaction with the mark that it is done.

What is done within Segue is done here. What is told to the world outside becomes a delivery here, once; how often that is attempted
is another matter (see `service.delivering`). Whatever server does it, and wherever one is killed: mark and deed stand together.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from segue.model import actions as a
from segue.model.actions import Action
from segue.model.automations import ActionStatus, QueuedAction
from segue.model.callers import Caller
from segue.model.errors import NotFound
from segue.model.runs import Id
from segue.service.acting import do
from segue.service.action_context import Subjects
from segue.service.action_outcomes import settle, tell
from segue.service.automation_firings import actor_of, read_firing
from segue.service.delivering import queue
from segue.store.automation_rows import action_out
from segue.store.codec import micros
from segue.store.session import Session

#: Attempts at an action that fails for a reason that nobody foresaw.
_MOST = 5
#: Microseconds, more than any pause between them lasts.
_AHEAD = 60_000_000
#: Seconds for which actions are claimed.
LEASE = 5.0


class Perform(Struct, frozen=True, kw_only=True):
    """Does one action, its templates filled in."""

    firing_id: Id
    number: int
    action: Action
    #: What the firing is about.
    about: Subjects


class GiveUp(Struct, frozen=True, kw_only=True):
    """Notes that an action could not be done; `again`: another attempt may go better."""

    firing_id: Id
    number: int
    problem: str
    again: bool = False


class Due(Struct, frozen=True, kw_only=True):
    """What is to be done now, and how many seconds there is nothing more to do."""

    items: list[QueuedAction]
    wait: float | None


def find_due(session: Session, limit: int) -> Due:
    """Return the actions that are to be done now, the oldest first."""
    now = micros(session.now())
    # One that is due later than any pause lasts was decided by a clock that has been set back: it is due.
    rows = session.rows("automation_actions_due", now=now, limit=limit) or session.rows(
        "automation_actions_ahead", later=now + _AHEAD, limit=limit
    )
    row = session.row("automation_actions_next")
    first = None if row is None else row[0]
    wait = None if first is None else max(0.0, (int(first) - now) / 1e6)
    return Due(items=[action_out(each) for each in rows], wait=wait)


def claim(session: Session, limit: int) -> list[QueuedAction]:
    """Claim the actions that are to be done now, the oldest first, so that of several servers each does others.

    Those of one firing are claimed together, however many there are, so that they are done in their order. What a server that
    claimed it leaves undone is to be done again after `LEASE`. That each is done once does not rest on this.
    """
    session.order()
    now = micros(session.now())
    rows = session.rows(
        "automation_actions_claim", now=now, later=now + _AHEAD, until=now + round(LEASE * 1e6), limit=limit
    )
    return sorted(map(action_out, rows), key=lambda each: (each.created, each.firing_id, each.number))


def perform(session: Session, request: Perform) -> QueuedAction:
    """Do an action that nobody has done; raises the `SegueError` for which it cannot be done."""
    session.order()
    taken = session.run(
        "automation_action_take", firing_id=request.firing_id, number=request.number, now=micros(session.now())
    )
    if not taken:
        return _read(session, request.firing_id, request.number)
    firing = read_firing(session, request.firing_id)
    session.caller = Caller(actor=actor_of(firing), reason=firing.reason, proven=True)
    tell(session, firing, request.number, request.action, "triggered")
    match request.action:
        case a.SendNotification() | a.CallWebhook() | a.InvokeFunction():
            delivery = queue(session, firing, request.number, request.action)
            status: ActionStatus = "executed" if delivery.status == "duplicate" else "pending"
            answer: dict[str, object] = {"delivery": delivery.id}
            if delivery.duplicate_of is not None:
                answer["duplicate_of"] = delivery.duplicate_of
        case inside:
            answer = do(session, firing, request.number, inside, request.about)
            status = "executed"
    settle(session, firing, request.number, request.action, status, answer=answer)
    return _read(session, request.firing_id, request.number)


def give_up(session: Session, request: GiveUp) -> QueuedAction:
    """Note what an action met with, and when it is tried again, if it is."""
    session.order()
    queued = _read(session, request.firing_id, request.number)
    if queued.status != "pending" or queued.due is None:
        return queued
    if request.again and queued.attempts + 1 < _MOST:
        due = session.now() + timedelta(seconds=2.0**queued.attempts)
        session.run(
            "automation_action_again", firing_id=request.firing_id, number=request.number, due=micros(due),
            problem=request.problem, now=micros(session.now()),
        )  # fmt: skip
        return _read(session, request.firing_id, request.number)
    firing = read_firing(session, request.firing_id)
    settle(session, firing, request.number, queued.action, "failed", problem=request.problem)
    return _read(session, request.firing_id, request.number)


def _read(session: Session, firing_id: str, number: int) -> QueuedAction:
    row = session.row("automation_action_read", firing_id=firing_id, number=number)
    if row is None:
        raise NotFound(kind="action", id=f"{firing_id}:{number}")
    return action_out(row)
