"""Signing in with a password: how long that lasts, and how long whoever types wrong ones has to wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

#: A sign-in ends when it was not used for so long, and after so long in any case.
IDLE, LASTS = timedelta(hours=12), timedelta(days=14)
#: A code by which a program gets a key is good for so long.
CODE_LASTS = timedelta(minutes=5)
#: The key that it is exchanged for, for so long.
LOGIN_LASTS = timedelta(days=90)
#: Wrong passwords are forgotten after so long without one.
FORGIVEN = timedelta(days=1)
#: So many wrong passwords cost nothing: people mistype. From then on the wait doubles, up to the longest.
_FREE, _FREE_OF_ADDRESS = 5, 20
_FIRST, _LONGEST = timedelta(seconds=1), timedelta(minutes=15)


class Failures(Struct, frozen=True):
    """How often a password was wrong, and until when none is looked at."""

    count: int = 0
    until: datetime | None = None


def waits(known: Failures, now: datetime) -> timedelta:
    """Return how long to wait before a password is looked at; nothing where that may be now."""
    if known.until is None or known.until <= now:
        return timedelta(0)
    return known.until - now


def failed(known: Failures, now: datetime, *, of_address: bool) -> Failures:
    """Return what is known after one more attempt, which counts before it is looked at: many at once gain nothing."""
    forgiven = known.until is not None and known.until + FORGIVEN <= now
    count = 1 if forgiven else known.count + 1
    beyond = count - (_FREE_OF_ADDRESS if of_address else _FREE)
    pause = min(_FIRST * 2 ** min(beyond, 20), _LONGEST) if beyond > 0 else timedelta(0)
    return Failures(count, now + pause)
