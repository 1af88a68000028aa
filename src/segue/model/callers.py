"""Who asks for an operation: handed to every handler, so that each change can say who made it, by what means, and why."""

from __future__ import annotations

from msgspec import Struct

from segue.model.states import Actor


class Caller(Struct, frozen=True, kw_only=True):
    """The one who asks, as far as it is known, and the reason that was given."""

    actor: Actor
    reason: str | None = None


def nobody() -> None:
    """Say that nobody is known to ask."""
    return
