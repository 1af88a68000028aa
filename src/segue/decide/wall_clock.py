"""Local time and real time: which instant a wall clock's reading means, in zones whose clocks jump.

A reading that a clock skips means the first instant after the gap. A reading that comes twice means the first of the two. So the
instant never goes back when the reading goes on, which is what lets a schedule be walked by its readings.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
#: Two changes of a zone's offset are never nearer to each other.
_STEP = timedelta(hours=12)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return a zone of the IANA database; raises `ValueError` with what to do."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise ValueError(
            f"{name!r} is no time zone; give a name of the IANA database, such as Europe/Berlin."
        ) from problem


def reading(instant: datetime, of: ZoneInfo) -> datetime:
    """Return what a wall clock shows at an instant, without a zone."""
    return instant.astimezone(of).replace(tzinfo=None, fold=0)


def instant(reading: datetime, of: ZoneInfo) -> datetime:
    """Return the instant that a reading without a zone means."""
    first = reading.replace(tzinfo=of, fold=0)
    before, after = _offset(first), _offset(first.replace(fold=1))
    if before >= after:
        return (reading - before).replace(tzinfo=UTC)
    early, late = (reading - after).replace(tzinfo=UTC), (reading - before).replace(tzinfo=UTC)
    return change(early, late, of) or late


def offset(at: datetime, of: ZoneInfo) -> timedelta:
    """Return how far local time is from UTC at an instant."""
    return _offset(at.astimezone(of))


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def change(after: datetime, until: datetime, of: ZoneInfo) -> datetime | None:
    """Return the first instant in (after, until] from which another offset holds than before it; None if there is none."""
    begin = offset(after, of)
    low = after
    while low < until:
        high = min(low + _STEP, until)
        if offset(high, of) != begin:
            return _between(low, high, begin, of)
        low = high
    return None


def _between(low: datetime, high: datetime, begin: timedelta, of: ZoneInfo) -> datetime:
    # Offsets change on whole seconds.
    low, high = low.replace(microsecond=0), high if not high.microsecond else high.replace(microsecond=0) + _SECOND
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if offset(middle, of) == begin:
            low = middle
        else:
            high = middle
    return high
