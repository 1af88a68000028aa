"""The wall clock and the monotonic clock; everything above takes time as an argument or asks here."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

#: Monotonic seconds, for durations.
monotonic = time.monotonic
#: The clock that goes on while the machine sleeps: on Linux by a name of its own, elsewhere the plain one does.
_GOING_ON = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
#: Wait so many seconds, where there is nothing better to wait for.
pause = time.sleep


def elapsed() -> float:
    """Return seconds that also pass while the machine sleeps, from some instant of the past."""
    return time.monotonic() if _GOING_ON is None else time.clock_gettime(_GOING_ON)


def now() -> datetime:
    """Return the present instant in UTC, with microseconds."""
    return datetime.now(UTC)


def seconds(number: float) -> timedelta:
    """Return a duration."""
    return timedelta(seconds=number)
