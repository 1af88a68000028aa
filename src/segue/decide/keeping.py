"""When a service is begun again: at once where it ran for a while, ever later where it ends as soon as it has begun."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A run that lasted less than this is short.
SHORT = timedelta(minutes=1)
#: Seconds between a short run and the next: after the first, doubled with each further one, and at most.
_FIRST, _LONGEST = 1, 300


def begun_again(short: int, *, lasted: timedelta | None, ended: datetime, now: datetime) -> tuple[int, datetime]:
    """Return how many runs in a row have been short now, and when the next one begins.

    `lasted`: None for a run that never began.
    """
    if lasted is not None and lasted >= SHORT:
        return 0, now
    wait = min(_FIRST * 2 ** min(short, 20), _LONGEST)
    return short + 1, max(now, ended + timedelta(seconds=wait))
