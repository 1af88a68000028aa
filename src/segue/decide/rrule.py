"""Recurrence rules of RFC 5545: their readings of a wall clock, and the instants these mean.

A rule is expanded in local time, from its DTSTART or else from the start of 2020. Rules by the week and less are not walked from
there: they are moved in whole steps to where the walk begins, so that what a walk costs does not hang on how old a rule is.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import dropwhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil import rrule as calendar
from dateutil.parser import isoparse

from segue.decide import wall_clock
from segue.model.schedules import LONGEST_RULE

#: Where a rule begins that does not say so.
_BEGIN = datetime(2020, 1, 1)  # noqa: DTZ001 - a reading of a wall clock
#: Who finds nothing for so long never will: calendars repeat within it.
_HORIZON = timedelta(days=366 * 41)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_STEPS = {
    "WEEKLY": timedelta(days=7),
    "DAILY": _DAY,
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": _SECOND,
}
_WORDS = {"YEARLY", "MONTHLY", *_STEPS}
_DATES = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYEASTER", "WKST")


class _Part(NamedTuple):
    """One RRULE line, its parts in upper case, its end as a reading."""

    facts: dict[str, str]
    until: datetime | None

    @property
    def step(self) -> timedelta | None:
        step = _STEPS.get(self.facts["FREQ"])
        return step and step * int(self.facts.get("INTERVAL", "1"))

    @property
    def below_a_day(self) -> bool:
        return self.facts["FREQ"] in {"HOURLY", "MINUTELY", "SECONDLY"}

    @property
    def hourly(self) -> bool:
        """Whether it comes every hour or more often."""
        hours = self.facts.get("BYHOUR")
        if hours is not None:
            return len(set(hours.split(","))) == 24
        return self.below_a_day and self.step is not None and self.step <= timedelta(hours=1)


class _Written(NamedTuple):
    begin: datetime
    parts: tuple[_Part, ...]
    also: tuple[datetime, ...]
    never: frozenset[datetime]


def instants(rule: str, after: datetime, of: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants after one at which a rule fires, in order; raises `ValueError` for a bad rule."""
    written = _read(rule, of)
    fixed = [part for part in written.parts if not part.hourly]
    streams = [_fixed(written, fixed, after, of)]
    streams += [_in_real_time(written, part, after, of) for part in written.parts if part.hourly]
    last = after
    for found in heapq.merge(*streams):
        if found > last:
            yield found
            last = found


def readings(rule: str, after: datetime, of: ZoneInfo) -> Iterator[datetime]:
    """Yield the readings of a wall clock after one that mean an instant each; none for what comes every hour or more often."""
    written = _read(rule, of)
    yield from _named(written, [part for part in written.parts if not part.hourly], after)


def _fixed(written: _Written, parts: list[_Part], after: datetime, of: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants that readings mean, each reading once."""
    for reading in _named(written, parts, wall_clock.reading(after, of)):
        yield wall_clock.instant(reading, of)


def _named(written: _Written, parts: list[_Part], after: datetime) -> Iterator[datetime]:
    also = [reading for reading in written.also if reading > after]
    for reading in heapq.merge(also, *(_readings(written, part, after) for part in parts)):
        if reading not in written.never:
            yield reading


def _in_real_time(written: _Written, part: _Part, after: datetime, of: ZoneInfo) -> Iterator[datetime]:
    """Yield every instant at which the clock shows a reading of the rule."""
    begin, until = after.astimezone(UTC), after.astimezone(UTC)
    first = True
    while True:
        ahead = wall_clock.offset(begin, of)
        turn = None
        start = (begin + ahead).replace(tzinfo=None)
        for reading in _readings(written, part, start if first else start - _SECOND):
            found = (reading - ahead).replace(tzinfo=UTC)
            if turn is None and found > until:
                reach = max(found, until + timedelta(days=365))
                turn = wall_clock.change(until, reach, of)
                until = reach
            if turn is not None and found >= turn:
                break
            if found > after and reading not in written.never:
                yield found
        if turn is None:
            return
        begin = until = turn
        first = False


def _readings(written: _Written, part: _Part, after: datetime) -> Iterator[datetime]:
    """Yield the readings of one RRULE line after a reading, in order."""
    begin = _moved(written.begin, part.step, after)
    end = after + _HORIZON if part.until is None else min(part.until, after + _HORIZON)
    if begin > end:
        return
    if not part.below_a_day or not any(name in part.facts for name in _DATES):
        found = iter(_ruled(part.facts, begin, end))
        yield from dropwhile(lambda reading: reading <= after, found)
        return
    # Days first: a walk by the second through a year to find a day would take minutes.
    first = max(begin, after).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in _ruled(_days(part.facts), first, end):
        start = _moved(begin, part.step, day - _SECOND, up=True)
        for reading in _ruled(part.facts, start, min(end, day + _DAY - _SECOND)):
            if reading > after:
                yield reading


def _days(facts: dict[str, str]) -> dict[str, str]:
    """Return a rule for the days on which a rule by the hour or less may come."""
    dates = {name: facts[name] for name in _DATES if name in facts}
    if "BYDAY" in dates:
        # The second Tuesday is one of a month or a year; below a day it is any Tuesday.
        dates["BYDAY"] = ",".join(day.lstrip("+-0123456789") for day in dates["BYDAY"].split(","))
    if dates.keys() <= {"BYMONTH", "WKST"}:
        dates["BYMONTHDAY"] = ",".join(map(str, range(1, 32)))
    return {"FREQ": "YEARLY", **dates, "BYHOUR": "0", "BYMINUTE": "0", "BYSECOND": "0"}


def _moved(begin: datetime, step: timedelta | None, after: datetime, *, up: bool = False) -> datetime:
    """Return the last step of a rule that is not after a reading; `up`: the first after it; never before its own start."""
    if step is None or after < begin:
        return begin
    return begin + step * ((after - begin) // step + up)


def _ruled(facts: dict[str, str], begin: datetime, until: datetime) -> calendar.rrule:
    text = ";".join(f"{name}={value}" for name, value in facts.items() if name != "UNTIL")
    found = calendar.rrulestr(f"RRULE:{text};UNTIL={until:%Y%m%dT%H%M%S}", dtstart=begin)
    if not isinstance(found, calendar.rrule):
        raise TypeError(text)
    return found


@lru_cache(maxsize=1024)
def _read(rule: str, of: ZoneInfo) -> _Written:
    """Understand a rule; raises `ValueError` that names what is wrong."""
    if len(rule) > LONGEST_RULE:
        raise ValueError(f"The rule is {len(rule):,} characters long; at most {LONGEST_RULE:,} are taken.")
    begin, parts, also, never = _BEGIN, list[str](), list[datetime](), set[datetime]()
    for line in filter(None, (line.strip() for line in rule.replace("\\n", "\n").splitlines())):
        name, params, value = _line(line)
        match name:
            case "RRULE":
                parts.append(value)
            case "DTSTART":
                begin = _time(value, params, of)
            case "RDATE":
                also += [_time(one, params, of) for one in value.split(",")]
            case "EXDATE":
                never |= {_time(one, params, of) for one in value.split(",")}
            case _:
                raise ValueError(f"{name!r} is no line of a rule; there are DTSTART, RRULE, RDATE and EXDATE.")
    if not parts and not also:
        raise ValueError(f"{rule!r} has no RRULE, so it never fires; write for example FREQ=DAILY;BYHOUR=9;BYMINUTE=0.")
    begin = begin.replace(microsecond=0)
    return _Written(begin, tuple(_part(text, begin, of) for text in parts), tuple(sorted(also)), frozenset(never))


def _line(line: str) -> tuple[str, str, str]:
    head, colon, value = line.partition(":")
    if not colon:
        return "RRULE", "", line
    name, _, params = head.partition(";")
    return name.strip().upper(), params, value.strip()


def _time(text: str, params: str, of: ZoneInfo) -> datetime:
    """Return the reading that a time of a rule means in its schedule's zone."""
    try:
        found = isoparse(text.strip())
    except ValueError as problem:
        raise ValueError(f"{text!r} is no time of a rule; write it as 20260131T090000, with Z for UTC.") from problem
    named = [param.partition("=")[2] for param in params.split(";") if param.upper().startswith("TZID=")]
    if found.tzinfo is None and named:
        return wall_clock.reading(wall_clock.instant(found, wall_clock.zone(named[0])), of)
    return found if found.tzinfo is None else wall_clock.reading(found, of)


def _part(text: str, begin: datetime, of: ZoneInfo) -> _Part:
    facts: dict[str, str] = {}
    for piece in filter(None, text.strip().upper().split(";")):
        name, equals, value = piece.partition("=")
        if not equals or not value:
            raise ValueError(f"{piece!r} is no part of a rule; parts are NAME=VALUE, such as FREQ=DAILY.")
        if name in facts:
            raise ValueError(f"The rule says {name} twice.")
        facts[name] = value
    if facts.get("FREQ") not in _WORDS:
        raise ValueError(f"FREQ is {facts.get('FREQ', 'missing')!r}; it is one of {', '.join(sorted(_WORDS))}.")
    if "COUNT" in facts:
        raise ValueError(
            "COUNT is not taken: a schedule has no first run to count from. Say UNTIL, or give the schedule an end."
        )
    interval = facts.get("INTERVAL", "1")
    if not interval.isdigit() or int(interval) < 1:
        raise ValueError(f"INTERVAL is {interval!r}; it is a whole number from 1 on.")
    until = facts.pop("UNTIL", None)
    end = None if until is None else _time(until, "", of)
    if end is not None and until is not None and "T" not in until:
        end += _DAY - _SECOND
    try:
        _ruled(facts, begin, begin)
    except (ValueError, TypeError, KeyError, IndexError) as problem:
        raise ValueError(f"{text!r} is no recurrence rule: {problem}.") from problem
    return _Part(facts, end)
