"""Telling the feed of events what a handler changed, in the transaction of the change."""

from __future__ import annotations

from segue.model.events import Event
from segue.service.records import StateRows
from segue.store.session import Session


def happened(session: Session, name: str, resource: dict[str, str], **payload: object) -> None:
    """Record that the caller did something to a resource, whose labels hold at least `segue.resource.id`."""
    _tell(session, name, resource, payload, kept=False)


def changed(session: Session, name: str, resource: dict[str, str], **payload: object) -> int:
    """Record that the caller changed a resource: an event that outlives all others, for it says who did it, and why.

    Returns the event's number in the feed.
    """
    return _tell(session, name, resource, payload, kept=True)


def _tell(session: Session, name: str, resource: dict[str, str], payload: dict[str, object], *, kept: bool) -> int:
    caller = session.caller
    event = Event(
        id=session.new_id(),
        event=name,
        occurred=session.now(),
        resource=resource,
        payload=payload,
        actor=caller.actor if caller is not None else None,
        reason=caller.reason if caller is not None else None,
    )
    rows = StateRows()
    rows.tell(event, kept=kept)
    return rows.write(session) + 1
