"""Understanding an event that somebody tells: in our form or as a CloudEvent, within bounds, with what was left out filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid5

import msgspec

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE
from segue.model import sizes
from segue.model.callers import Caller
from segue.model.errors import BadRequest
from segue.model.events import Event
from segue.wire.events import NewEvent

_LABELS, _RELATED = 500, 100
#: Under which ids that are no UUIDs become one: the same text, the same id.
_SPACE = UUID("5e60e000-0000-7000-8000-000000000001")


def understood(told: NewEvent, *, now: datetime, new_id: Callable[[], str], caller: Caller | None) -> Event:
    """Return the event; raises `BadRequest` that says what is missing or too much."""
    if told.specversion is not None or (told.event is None and told.type is not None):
        told = _from_cloud(told)
    if not told.event:
        raise BadRequest('It has no name. Give one as `event`, such as "orders.file.arrived".')
    if len(told.event) > sizes.NAME:
        raise BadRequest(f"Its name has {len(told.event):,} characters; at most {sizes.NAME:,} are kept.")
    if not told.resource.get(RESOURCE_ID):
        raise BadRequest(f'{told.event!r} has no resource. Say what it happened to: {{"{RESOURCE_ID}": "…"}}.')
    if len(told.related) > _RELATED:
        raise BadRequest(f"{told.event!r} has {len(told.related)} related resources; at most {_RELATED} are kept.")
    for labels in (told.resource, *told.related):
        if len(labels) > _LABELS:
            raise BadRequest(f"A resource of {told.event!r} has {len(labels)} labels; at most {_LABELS} are kept.")
    for labels in told.related:
        if not labels.get(RESOURCE_ID) or not labels.get(RESOURCE_ROLE):
            raise BadRequest(f"A related resource of {told.event!r} needs {RESOURCE_ID!r} and {RESOURCE_ROLE!r}.")
    occurred = told.occurred or now
    return Event(
        id=_id(told.id) or new_id(),
        event=told.event,
        occurred=occurred if occurred.tzinfo is not None else occurred.replace(tzinfo=UTC),
        resource=told.resource,
        related=told.related,
        payload=told.payload,
        actor=caller.actor if caller is not None else None,
        reason=caller.reason if caller is not None else None,
        follows=told.follows,
    )


def _id(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid5(_SPACE, text))


def _from_cloud(told: NewEvent) -> NewEvent:
    """Return a CloudEvent in our form; its id is unique only with its source, as the specification says."""
    if not told.type or not told.source or not told.id:
        missing = [name for name in ("id", "source", "type") if not getattr(told, name)]
        raise BadRequest(f"A CloudEvent needs {', '.join(missing)}.")
    about = told.subject or told.source
    payload = told.data if isinstance(told.data, dict) else {"data": told.data} if told.data is not None else {}
    return NewEvent(
        event=told.type,
        id=str(uuid5(_SPACE, f"{told.source}\n{told.id}")),
        occurred=told.time,
        resource={RESOURCE_ID: about, RESOURCE_NAME: about, "cloudevents.source": told.source},
        payload=msgspec.to_builtins(payload),
    )
