"""Who gets slots: first come, first served, and nobody more than there are.

A claim may name several limits and gets all or none of them. It waits behind every earlier waiter of each of its limits, even where
there would be room for it now: so nobody starves. What waits holds nothing, so there is no deadlock between limits.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Room(Struct, frozen=True, kw_only=True):
    """One limit as a claim finds it."""

    name: str
    slots: int
    active: bool = True
    #: Slots a second that become free by themselves; None where they are held and given back.
    decay: float | None = None
    #: Slots that others hold, or of a limit with decay those that are not free again.
    taken: float = 0.0
    #: Claims that wait and came earlier.
    ahead: int = 0


class Granted(Struct, frozen=True):
    """The claim has its slots."""


class Queued(Struct, frozen=True):
    """The claim must wait for this limit; `seconds`: not before so long, where that is known."""

    limit: str
    ahead: int
    seconds: float | None = None


class Refused(Struct, frozen=True):
    """The claim can never be granted."""

    reason: str


def decayed(level: float, *, decay: float, seconds: float) -> float:
    """Return what is left of a level after some seconds: a leaky bucket."""
    return max(0.0, level - decay * max(0.0, seconds))


def claim(rooms: Sequence[Room], *, slots: int, rate: bool) -> Granted | Queued | Refused:
    """Decide over a claim of `slots` in each room; with `rate` nothing is held, so every room must decay by itself."""
    if slots < 1:
        return Refused(f"At least one slot must be asked for, not {slots}.")
    active = [room for room in rooms if room.active]
    if rate:
        still = [repr(room.name) for room in active if room.decay is None]
        if still:
            return Refused(
                "Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a "
                f"decay configured: {', '.join(still)}"
            )
    small = [room for room in active if room.slots < slots]
    if small:
        return Refused(f"Slots requested is greater than the limit: {slots} of {small[0].slots} in {small[0].name!r}.")
    for room in active:
        over = room.taken + slots - room.slots
        if over <= 0 and not room.ahead:
            continue
        wait = max(over, 0.0) / room.decay if room.decay else None
        return Queued(room.name, room.ahead, wait)
    return Granted()
