"""Who changed a thing last, and why: what `inspect` of every noun that people change ends with."""

from __future__ import annotations

import msgspec

from segue.backend.protocol import Backend
from segue.cli.words import ago
from segue.host import clock
from segue.model.states import Actor
from segue.wire.events import EVENT_LIST, EventQuery, FedEvent


def last_change(backend: Backend, resource_id: str) -> FedEvent | None:
    """Return the newest change of a resource that the record tells of, if it tells of any."""
    found = backend.call(EVENT_LIST, EventQuery(resource_ids=[resource_id], changes=True, limit=1)).items
    return found[0] if found else None


def change_facts(change: FedEvent | None) -> dict[str, object]:
    """Return the last change for programs."""
    if change is None:
        return {"last_change": None}
    actor = msgspec.to_builtins(change.actor) if change.actor is not None else None
    told = {
        "event": change.event,
        "occurred": change.occurred,
        "actor": actor,
        "reason": change.reason,
        "id": change.id,
    }
    return {"last_change": told}


def change_words(change: FedEvent | None) -> str:
    """Return the last change for people: `updated 3 minutes ago by ann (cli): weekly check`."""
    if change is None:
        return "nobody is recorded"
    what = change.event.rpartition(".")[2]
    why = f": {change.reason}" if change.reason else ""
    return f"{what} {ago(change.occurred, clock.now())} by {actor_words(change.actor)}{why}"


def actor_words(actor: Actor | None) -> str:
    """Return who made a change, and by what means."""
    if actor is None:
        return "nobody known"
    return f"{actor.name} ({actor.means})" if actor.means else actor.name
