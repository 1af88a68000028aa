"""Events: what happened, when, to what, and who made it happen."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.runs import Id
from segue.model.states import Actor


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a resource; unique by `id`."""

    id: Id
    #: Its name, dotted from the general to the particular, such as `segue.variable.updated`.
    event: str
    #: When it happened, which may be long before it was told.
    occurred: datetime
    #: Labels of what it happened to; `segue.resource.id` is one of them.
    resource: dict[str, str]
    #: Labels of what else has to do with it; `segue.resource.role` says how.
    related: list[dict[str, str]] = []
    payload: dict[str, object] = {}
    actor: Actor | None = None
    #: Why the actor did it, in the actor's own words.
    reason: str | None = None
    #: The event that this one came after, where the order matters.
    follows: Id | None = None
