"""Who asks for an operation: handed to every handler, so that each change can say who made it, by what means, and why."""

from __future__ import annotations

from msgspec import Struct

from segue.model.runs import Id
from segue.model.states import Actor


class Caller(Struct, frozen=True, kw_only=True):
    """The one who asks, as far as it is known, and the reason that was given."""

    actor: Actor
    reason: str | None = None
    #: Whether a key, a sign-in or a run's token proved the name: then no other name may be claimed.
    proven: bool = False
    #: What the caller may do, in the words of `wire.rights`; None: everything, as whoever can open the database.
    rights: frozenset[str] | None = None
    #: The person's account, and the key or sign-in that was used.
    account_id: Id | None = None
    key_id: Id | None = None
    sign_in_id: Id | None = None
    #: The lease of the run that speaks.
    lease_id: Id | None = None


def nobody() -> None:
    """Say that nobody is known to ask."""
    return
