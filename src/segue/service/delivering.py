"""Deliveries on their way: made in the transaction of their action, claimed for an attempt, and reported.

An attempt is claimed for a short while, which whoever makes it prolongs; the number of the attempt is its fence. When a server dies
in the middle, another attempt is made after that while: a message may arrive twice, always with the id of its delivery as its key.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from segue.decide.telling import FIRST, MOST, pause_after, quiet_until
from segue.model import actions as a
from segue.model.automations import ActionStatus, AutomationFiring
from segue.model.deliveries import Delivery, DeliveryKind, Message, Try
from segue.model.errors import NotFound
from segue.model.runs import Id
from segue.service.action_outcomes import settle
from segue.service.automation_firings import read_firing
from segue.service.block_documents import read as read_block
from segue.store.automation_rows import action_out
from segue.store.codec import micros, micros_or_none
from segue.store.delivery_rows import delivery_body, delivery_out
from segue.store.session import Session
from segue.wire.blocks import BlockId

#: Seconds for which an attempt is claimed.
LEASE = 20.0
#: Messages that are collected into one, and attempts that are remembered.
_HEAP, _TRIES = 50, 20
#: Microseconds: what was last touched so long from now was touched by a clock that has been set back, and means nothing.
_AHEAD = 60_000_000

Outside = a.SendNotification | a.CallWebhook | a.InvokeFunction


class Claim(Struct, frozen=True, kw_only=True):
    """Claims the next attempt at a delivery that had so many."""

    id: Id
    attempts: int


class Report(Struct, frozen=True, kw_only=True):
    """Says how an attempt went."""

    id: Id
    attempts: int
    outcome: Try
    #: Whether another attempt may go better, and how many seconds the other side asked to be left alone.
    again: bool = False
    after: float | None = None
    #: Seconds of the first pause.
    first: float = FIRST


class DueDeliveries(Struct, frozen=True, kw_only=True):
    """What is to be sent now, and how many seconds there is nothing more to do."""

    items: list[Delivery]
    wait: float | None


def queue(session: Session, firing: AutomationFiring, number: int, action: Outside) -> Delivery:
    """Make the delivery of an action, or put it to one that collects; raises `NotFound` for the block."""
    now = session.now()
    message = Message(
        firing_id=firing.id, number=number, subject=action.subject if isinstance(action, a.SendNotification) else "",
        body=action.body if isinstance(action, a.SendNotification) else action.payload,
    )  # fmt: skip
    block = None
    if action.block_document_id is not None:
        found = read_block(session, BlockId(action.block_document_id))
        block = f"{found.block_type_slug}/{found.name}"
    delivery = Delivery(
        id=session.new_id(), kind=_KINDS[type(action)], automation_id=firing.automation_id, automation_name=firing.automation_name,
        block_document_id=action.block_document_id, block=block, url=action.url if isinstance(action, a.InvokeFunction) else None,
        messages=[message], due=now, created=now, updated=now,
    )  # fmt: skip
    if isinstance(action, a.SendNotification):
        return _notification(session, action, delivery, now)
    return _written(session, delivery)


_KINDS: dict[type[Outside], DeliveryKind] = {
    a.SendNotification: "notification",
    a.CallWebhook: "webhook",
    a.InvokeFunction: "function",
}


def _notification(session: Session, action: a.SendNotification, delivery: Delivery, now: datetime) -> Delivery:
    replace = msgspec.structs.replace
    same = heap = None
    if action.deduplicate > 0:
        same = _key(delivery, action.deduplicate_by or action.subject)
        since = now - timedelta(seconds=action.deduplicate)
        row = session.row("delivery_same", same=same, since=micros(since))
        if row is not None:
            told = f"The same was told within {action.deduplicate:g} s."
            return _written(
                session, replace(delivery, status="duplicate", due=None, duplicate_of=str(row[0]), reason=told)
            )
    if action.group > 0:
        heap = _key(delivery, "group")
        row = session.row("delivery_heap", heap=heap, now=micros(now))
        collecting = None if row is None else delivery_out(row)
        if collecting is not None and len(collecting.messages) < _HEAP:
            joined = replace(collecting, messages=[*collecting.messages, *delivery.messages], updated=now)
            _rewritten(session, joined)
            return joined
        delivery = replace(delivery, due=now + timedelta(seconds=action.group), reason="It collects more messages.")
    quiet = None if action.quiet is None else quiet_until(action.quiet, delivery.due or now)
    if quiet is not None:
        delivery = replace(delivery, due=quiet, reason=f"Quiet hours, until {quiet:%Y-%m-%d %H:%M} UTC.")
    return _written(session, delivery, same=same, heap=heap)


def _key(delivery: Delivery, of: str) -> str:
    parts = (delivery.automation_id, delivery.block_document_id or "", of)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _written(session: Session, delivery: Delivery, *, same: str | None = None, heap: str | None = None) -> Delivery:
    session.run(
        "delivery_insert", id=delivery.id, automation_id=delivery.automation_id, kind=delivery.kind, status=delivery.status,
        block_id=delivery.block_document_id, same=same, heap=heap, due=micros_or_none(delivery.due), now=micros(delivery.created),
        body=delivery_body(delivery),
    )  # fmt: skip
    return delivery


def _rewritten(session: Session, delivery: Delivery) -> None:
    session.run(
        "delivery_update", id=delivery.id, status=delivery.status, due=micros_or_none(delivery.due),
        now=micros(session.now()), body=delivery_body(delivery),
    )  # fmt: skip


def find(session: Session, id: str) -> Delivery:
    """Return a delivery; raises `NotFound`."""
    row = session.row("delivery_read", id=id)
    if row is None:
        raise NotFound(kind="delivery", id=id)
    return delivery_out(row)


def find_due(session: Session, limit: int) -> DueDeliveries:
    """Return the deliveries that are to be attempted now, the oldest first."""
    now = micros(session.now())
    rows = session.rows("deliveries_due", now=now, limit=limit) or session.rows(
        "deliveries_ahead", later=now + _AHEAD, limit=limit
    )
    row = session.row("deliveries_next")
    first = None if row is None else row[0]
    return DueDeliveries(
        items=[delivery_out(each) for each in rows], wait=None if first is None else max(0.0, (int(first) - now) / 1e6)
    )


def claim(session: Session, request: Claim) -> Delivery | None:
    """Claim the next attempt; None when somebody else has, or when there is none to be made now."""
    # Whoever puts a message to a delivery that collects has finished before, or finds it claimed.
    session.order()
    now = session.now()
    until = now + timedelta(seconds=LEASE)
    claimed = session.run(
        "delivery_claim",
        id=request.id,
        attempts=request.attempts,
        now=micros(now),
        later=micros(now) + _AHEAD,
        until=micros(until),
    )
    return find(session, request.id) if claimed else None


def keep(session: Session, claims: list[Claim]) -> None:
    """Prolong claims whose attempts are still under way; `attempts` counts them in."""
    until = micros(session.now() + timedelta(seconds=LEASE))
    for each in claims:
        session.run("delivery_keep", id=each.id, attempts=each.attempts, until=until)


def report(session: Session, request: Report) -> Delivery:
    """Write how an attempt went: sent, to be tried again, or given up, and what that means for its actions."""
    session.order()
    known = find(session, request.id)
    outcome = request.outcome
    if known.status != "waiting" or (not outcome.done and known.attempts != request.attempts):
        # It was settled meanwhile, or somebody else is at it. That it arrived is true whoever says so.
        return known
    made = msgspec.structs.replace(known, tries=[*known.tries, outcome][-_TRIES:], due=None, reason=None)
    if outcome.done:
        made = msgspec.structs.replace(made, status="sent")
    elif request.again and known.attempts - known.counted_from < MOST:
        pause = pause_after(known.attempts - known.counted_from, asked=request.after, id=known.id, first=request.first)
        made = msgspec.structs.replace(made, due=session.now() + pause, reason=f"Again after: {outcome.detail}")
    else:
        made = msgspec.structs.replace(made, status="failed", reason=outcome.detail)
    _rewritten(session, made)
    if made.status != "waiting":
        _settle_actions(session, made, outcome)
    return find(session, request.id)


def _settle_actions(session: Session, delivery: Delivery, outcome: Try) -> None:
    answer: dict[str, object] = {"delivery": delivery.id, "attempts": delivery.attempts, "detail": outcome.detail}
    if outcome.status is not None:
        answer["status"] = outcome.status
    for message in delivery.messages:
        row = session.row("automation_action_read", firing_id=message.firing_id, number=message.number)
        if row is None:
            continue
        queued, firing = action_out(row), read_firing(session, message.firing_id)
        status: ActionStatus = "executed" if outcome.done else "failed"
        problem = None if outcome.done else outcome.detail
        settle(session, firing, message.number, queued.action, status, answer=answer, problem=problem)


def again(session: Session, delivery: Delivery) -> Delivery:
    """Begin anew with a delivery that was given up, or hurry one that waits."""
    now = session.now()
    made = msgspec.structs.replace(
        delivery, status="waiting", due=now, counted_from=delivery.attempts, reason="Somebody asked for it."
    )
    _rewritten(session, made)
    return find(session, delivery.id)
