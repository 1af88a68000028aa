"""When a schedule should fire, found by watching a clock: knows nothing of the product, and nothing of its libraries.

A clock on the wall is looked at each minute. A time of day that a schedule names has come when the clock shows it for the
first time, or shows a later one because it has jumped over it. A clock that goes back shows nothing new until it has caught
up with itself; only a schedule that comes every hour or more often takes what it shows as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
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


def watched(named: Named, zone: ZoneInfo, begin: datetime, end: datetime) -> list[datetime]:
    """Return the instants in [begin, end) at which a schedule fires; both are midnights of UTC."""
    return list(_watch(named, zone, begin, end))


def _watch(named: Named, zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    day = begin - DAY  # a clock that is looked at for the first time says nothing of what it showed before
    furthest = _shown(day, zone) - MINUTE
    while day < end:
        offsets = {_shown(day + HOUR * hour, zone) - (day + HOUR * hour).replace(tzinfo=None) for hour in range(25)}
        if len(offsets) == 1 and furthest == _shown(day, zone) - MINUTE:
            found = _plain_day(named, day, offsets.pop())
            furthest += DAY
        else:
            found, furthest = _strange_day(named, zone, day, furthest)
        yield from (each for each in found if each >= begin)
        day += DAY


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


def _strange_day(named: Named, zone: ZoneInfo, day: datetime, furthest: datetime) -> tuple[list[datetime], datetime]:
    found = []
    for number in range(24 * 60):
        at = day + MINUTE * number
        shows = _shown(at, zone)
        if named.hourly:
            if shows in named:
                found.append(at)
        else:
            new = [furthest + MINUTE * (1 + each) for each in range(int((shows - furthest) / MINUTE))]
            if any(each in named for each in new):
                found.append(at)
        furthest = max(furthest, shows)
    return found, furthest


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
