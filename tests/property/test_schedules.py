"""Schedules fire when a person who watches the clock says they should, in every zone."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest

from segue.decide.schedules import instants
from segue.model.schedules import CronRule, IntervalRule, RRuleRule, Rule
from tests.property.oracle import DAY, HOUR, MINUTE, Named, watched

#: Gaps and repeats by the half hour, at midnight, twice within weeks, of a whole day, and by treaties.
HARD = (
    "Africa/Casablanca", "Africa/Cairo", "America/Havana", "America/New_York", "America/Santiago", "Antarctica/Troll",
    "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Apia",
    "Pacific/Chatham", "UTC",
)  # fmt: skip
ALL = sorted(available_timezones() - {"localtime", "Factory"})
#: Whether all of them are looked at (`all`), or what surrounds the changes of their clocks (`changes`).
WORLD = os.environ.get("SEGUE_TEST_ZONES")
#: The ten years that are looked through, and those in which a whole day was skipped.
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
OLD = datetime(2009, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)
Case = tuple[Callable[[str], Rule], Named]


def every_day(_: date) -> bool:
    return True


def at(*times: str) -> frozenset[tuple[int, int]]:
    return frozenset((int(time[:2]), int(time[3:])) for time in times)


def each(minutes: range, hours: range = range(24)) -> frozenset[tuple[int, int]]:
    return frozenset((hour, minute) for hour in hours for minute in minutes)


def cron(text: str) -> Callable[[str], Rule]:
    return lambda zone: CronRule(cron=text, timezone=zone)


def rrule(text: str) -> Callable[[str], Rule]:
    return lambda zone: RRuleRule(rrule=text, timezone=zone)


def interval(days: int, reading: str) -> Callable[[str], Rule]:
    """Every so many days from a reading of the zone's clock in 2020 on."""

    def made(zone: str) -> Rule:
        anchor = datetime.fromisoformat(reading).replace(tzinfo=ZoneInfo(zone))
        return IntervalRule(interval=86_400.0 * days, anchor=anchor, timezone=zone)

    return made


SPARSE: dict[str, Case] = {
    "daily in the gap": (cron("30 2 * * *"), Named(at("02:30"), every_day)),
    "daily at midnight": (cron("@daily"), Named(at("00:00"), every_day)),
    "several in one gap": (
        cron("0,15,45 0-3 * * *"),
        Named(each(range(0, 46, 15), range(4)) - each(range(30, 31)), every_day),
    ),
    "every second hour": (cron("0 */2 * * *"), Named(each(range(1), range(0, 24, 2)), every_day)),
    "weekdays by name": (cron("15 1 * * MON-FRI"), Named(at("01:15"), lambda day: day.weekday() < 5)),
    "either day": (cron("5 1 13 * 5"), Named(at("01:05"), lambda day: day.day == 13 or day.weekday() == 4)),
    "last day": (cron("59 23 L * *"), Named(at("23:59"), lambda day: (day + DAY).day == 1)),
    "29 February": (cron("0 2 29 FEB *"), Named(at("02:00"), lambda day: (day.month, day.day) == (2, 29))),
    "rrule by the day": (
        rrule("DTSTART:20080101T000000\nRRULE:FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=30"),
        Named(each(range(30, 31), range(4)), every_day),
    ),
    "rrule second Sunday": (
        rrule("DTSTART:20080101T000000\nRRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=2;BYMINUTE=30"),
        Named(at("02:30"), lambda day: day.weekday() == 6 and 8 <= day.day <= 14),
    ),
    "rrule every third day": (
        rrule("DTSTART:20090103T013000\nRRULE:FREQ=DAILY;INTERVAL=3"),
        Named(at("01:30"), lambda day: (day - date(2009, 1, 3)).days % 3 == 0 and day >= date(2009, 1, 3)),
    ),
    "a day of wall time": (interval(1, "2020-01-05T02:30"), Named(at("02:30"), every_day)),
    "ten days of wall time": (
        interval(10, "2020-01-05T00:10"),
        Named(at("00:10"), lambda day: (day - date(2020, 1, 5)).days % 10 == 0),
    ),
}
DENSE: dict[str, Case] = {
    "every quarter": (cron("*/15 * * * *"), Named(each(range(0, 60, 15)), every_day, hourly=True)),
    "hourly on Sundays": (
        cron("30 * * * SUN"),
        Named(each(range(30, 31)), lambda day: day.weekday() == 6, hourly=True),
    ),
    "rrule hourly": (
        rrule("DTSTART:20080101T000000\nRRULE:FREQ=HOURLY;BYMINUTE=10"),
        Named(each(range(10, 11)), every_day, hourly=True),
    ),
    "rrule by 20 minutes": (
        rrule("DTSTART:20080101T000000\nRRULE:FREQ=MINUTELY;INTERVAL=20;BYSECOND=0"),
        Named(each(range(0, 60, 20)), every_day, hourly=True),
    ),
}


def fired(rule: Rule, begin: datetime, end: datetime) -> list[datetime]:
    return list(takewhile(lambda found: found < end, instants(rule, begin - timedelta(microseconds=1))))


def changes(zone: ZoneInfo, begin: datetime, end: datetime) -> list[datetime]:
    """Return the midnights before days in which the zone's clock jumps."""
    days = [begin + DAY * number for number in range((end - begin).days)]
    return [day for day in days if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset()]


def differences(name: str, begin: datetime, end: datetime, *, whole: bool) -> list[str]:
    """Return where the product and the oracle disagree; not `whole`: about each change of the clock, and on one other day."""
    zone, wrong = ZoneInfo(name), []
    abouts = [*changes(zone, begin, end), begin + (end - begin) // 2 // DAY * DAY]
    spans = [(max(begin, about - 3 * DAY), min(end, about + 4 * DAY)) for about in abouts]
    for cases, periods in ((SPARSE, [(begin, end)] if whole else spans), (DENSE, spans)):
        for first, last in periods:
            for word, (made, named) in cases.items():
                found, wanted = fired(made(name), first, last), watched(named, zone, first, last)
                if found != wanted:
                    more, less = sorted({*found} - {*wanted})[:3], sorted({*wanted} - {*found})[:3]
                    wrong.append(f"{name}, {word}: not wanted {more}, missing {less}")
    return wrong


def test_in_zones_over_ten_years_a_schedule_fires_when_the_clock_on_the_wall_says() -> None:
    others = [name for name in ALL if name not in HARD]
    zones = [*random.sample(HARD, 5), *random.sample(others, 2)]
    assert [wrong for name in zones for wrong in differences(name, BEGIN, END, whole=False)] == []


def alike() -> list[list[str]]:
    """Return all zones, those together whose clocks show the same, minute by minute, from before to after the ten years."""
    first = datetime(BEGIN.year - 1, 1, 1)  # noqa: DTZ001 - a reading of a wall clock
    readings = [first + HOUR * number for number in range((END.year - BEGIN.year + 3) * 366 * 24)]

    def clock(name: str) -> Hashable:
        # Where an hour ends otherwise than it began, its minutes tell which instant that is and by how much the clock jumps.
        ahead = ZoneInfo(name).utcoffset
        hours = [ahead(reading) for reading in readings]
        turns = (end for end, before, after in zip(readings[1:], hours, hours[1:], strict=False) if before != after)
        return hours[0], *((end, *(ahead(end - MINUTE * minute) for minute in range(60))) for end in turns)

    found: dict[Hashable, list[str]] = {}
    for name in ALL:
        found.setdefault(clock(name), []).append(name)
    return list(found.values())


@pytest.mark.skipif(WORLD is None, reason="takes minutes of a processor; `make zones` asks for it")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("names", alike() if WORLD else [], ids=lambda names: f"{names[0]}-and-{len(names) - 1}-more")
def test_in_every_zone_of_the_world(names: list[str]) -> None:
    # Names of one clock are one case: neither the product nor the oracle knows a zone by anything else.
    assert (differences(names[0], BEGIN, END, whole=WORLD == "all"), names) == ([], names)


@pytest.mark.parametrize("name", ["Pacific/Apia", "Pacific/Fakaofo"])
def test_a_date_that_an_island_skipped_fires_as_the_next_one_begins(name: str) -> None:
    assert differences(name, *OLD, whole=False) == []
    skipped = datetime(2011, 12, 29, 12, tzinfo=UTC)
    first = next(instants(CronRule(cron="0 9 30 12 *", timezone=name), skipped))
    zone = ZoneInfo(name)
    assert first.astimezone(zone).replace(tzinfo=None) == datetime(2011, 12, 31)  # noqa: DTZ001 - a reading


@pytest.mark.parametrize("hours", [1, 5, 7, 23])
def test_less_than_a_day_is_elapsed_time(hours: int) -> None:
    anchor = datetime(2026, 1, 1, 0, 10, tzinfo=UTC)
    rule = IntervalRule(interval=3600.0 * hours, anchor=anchor, timezone="Europe/Berlin")
    found = fired(rule, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
    assert {(one - anchor) % timedelta(hours=hours) for one in found} == {timedelta(0)}
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=hours)}


def test_where_a_walk_begins_does_not_change_what_it_finds() -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    for name in HARD:
        for made, _ in [*SPARSE.values(), *DENSE.values()]:
            begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(300 * 86_400))
            whole = fired(made(name), begin, begin + 20 * DAY)
            cut = begin + timedelta(seconds=chance.randrange(20 * 86_400))
            halves = [*fired(made(name), begin, cut), *fired(made(name), cut, begin + 20 * DAY)]
            assert halves == whole, (seed, name, made(name), begin, cut)
