"""When a schedule should fire, found by watching a clock: knows nothing of the product, and nothing of its libraries.

A clock on the wall is looked at each minute. A time of day that a schedule names has come when the clock shows it for the
first time, or shows a later one because it has jumped over it. A clock that goes back shows nothing new until it has caught
up with itself; only a schedule that comes every hour or more often takes what it shows as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Named(NamedTuple):
    """The readings of a clock that a schedule names."""

    times: frozenset[tuple[int, int]]
    on: Callable[[date], bool]
    hourly: bool = False

    def __contains__(self, reading: object) -> bool:
        assert isinstance(reading, datetime)
        return (reading.hour, reading.minute) in self.times and self.on(reading.date())


class _Day(NamedTuple):
    """A day of UTC, as somebody saw it who looked at the clock."""

    begin: datetime
    #: How far the clock is ahead of UTC on a day on which it only goes on.
    offset: timedelta | None
    #: On any other day: each minute, what the clock shows then, and what it shows or has jumped over for the first time.
    minutes: list[tuple[datetime, datetime, list[datetime]]]


def watched(named: Named, zone: ZoneInfo, begin: datetime, end: datetime) -> list[datetime]:
    """Return the instants in [begin, end) at which a schedule fires; both are midnights of UTC."""
    # A clock that is looked at for the first time says nothing of what it showed before.
    return [each for day in _days(zone, begin - DAY, end) for each in _of_day(named, day) if each >= begin]


# Several schedules are compared over one span after the other: who watched the clock once need not look again.
@lru_cache(maxsize=2)
def _days(zone: ZoneInfo, begin: datetime, end: datetime) -> list[_Day]:
    found = []
    furthest = _shown(begin, zone) - MINUTE
    for number in range((end - begin) // DAY):
        day = begin + DAY * number
        offsets = {_shown(day + HOUR * hour, zone) - (day + HOUR * hour).replace(tzinfo=None) for hour in range(25)}
        if len(offsets) == 1 and furthest == _shown(day, zone) - MINUTE:
            found.append(_Day(day, offsets.pop(), []))
            furthest += DAY
            continue
        minutes = []
        for at in (day + MINUTE * each for each in range(24 * 60)):
            shows = _shown(at, zone)
            minutes.append((at, shows, [furthest + MINUTE * (1 + new) for new in range((shows - furthest) // MINUTE)]))
            furthest = max(furthest, shows)
        found.append(_Day(day, None, minutes))
    return found


def _of_day(named: Named, day: _Day) -> list[datetime]:
    if day.offset is not None:
        return _plain_day(named, day.begin, day.offset)
    if named.hourly:
        return [at for at, shows, _ in day.minutes if shows in named]
    return [at for at, _, new in day.minutes if any(each in named for each in new)]


def _plain_day(named: Named, day: datetime, offset: timedelta) -> list[datetime]:
    start = day.replace(tzinfo=None) + offset
    found = []
    for each in (start.date(), start.date() + DAY):
        if named.on(each):
            for hour, minute in sorted(named.times):
                reading = datetime(each.year, each.month, each.day, hour, minute)  # noqa: DTZ001 - a reading of a wall clock
                if start <= reading < start + DAY:
                    found.append((reading - offset).replace(tzinfo=UTC))
    return found


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
