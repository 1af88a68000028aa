"""Telling the feed of events what a handler changed, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence

from segue.model.events import Event
from segue.service.records import EVENT
from segue.store.codec import json_text, micros
from segue.store.session import Session


def happened(session: Session, name: str, resource: dict[str, str], **payload: object) -> None:
    """Record that the caller did something to a resource, whose labels hold at least `segue.resource.id`."""
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
    append(session, [event])


def append(session: Session, events: Sequence[Event]) -> None:
    """Put events at the end of the feed; none of them may be there already."""
    rows: list[list[object]] = [
        [
            number,
            0,
            EVENT,
            event.resource["segue.resource.id"],
            event.event,
            None,
            micros(event.occurred),
            event.id,
            {
                "resource": event.resource,
                "related": event.related or None,
                "payload": event.payload or None,
                "actor": event.actor,
                "reason": event.reason,
                "follows": event.follows,
            },
        ]
        for number, event in enumerate(events, start=1)
    ]
    if rows:
        session.append_states(len(rows), json_text(rows))
