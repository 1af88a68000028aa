"""The wall clock and the monotonic clock; everything above takes time as an argument or asks here."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

#: Monotonic seconds, for durations.
monotonic = time.monotonic
#: Wait so many seconds, where there is nothing better to wait for.
pause = time.sleep


def now() -> datetime:
    """Return the present instant in UTC, with microseconds."""
    return datetime.now(UTC)


def seconds(number: float) -> timedelta:
    """Return a duration."""
    return timedelta(seconds=number)
