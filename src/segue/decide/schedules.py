"""Which instants a schedule fires at; pure: what the time is, is an argument."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import assert_never

from segue.decide import cron, rrule, wall_clock
from segue.model.schedules import CronRule, IntervalRule, RRuleRule, Rule, Schedule

_DAY = timedelta(days=1)
_EARLY = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The shortest interval, in seconds.
_SHORTEST = 1.0
#: The longest, about a hundred years.
_LONGEST = 3_155_760_000.0


def instants(rule: Rule, after: datetime) -> Iterator[datetime]:
    """Yield the instants of a rule after one, in order and each once; raises `ValueError` for a bad rule."""
    match rule:
        case CronRule():
            found = cron.instants(rule.cron, after, wall_clock.zone(rule.timezone), day_or=rule.day_or)
        case IntervalRule():
            found = _of_interval(rule, after)
        case RRuleRule():
            found = rrule.instants(rule.rrule, after, wall_clock.zone(rule.timezone))
        case never:
            assert_never(never)
    return _within_time(found)


def _within_time(found: Iterator[datetime]) -> Iterator[datetime]:
    try:
        yield from found
    except OverflowError:  # the calendar of Python ends with the year 9999
        return


def _of_interval(rule: IntervalRule, after: datetime) -> Iterator[datetime]:
    step, of = timedelta(seconds=rule.interval), wall_clock.zone(rule.timezone)
    if step < _DAY:
        number = (after - rule.anchor) // step
        while True:
            number += 1
            yield (rule.anchor + step * number).astimezone(UTC)
    anchor = wall_clock.reading(rule.anchor, of)
    number = (wall_clock.reading(after, of) - anchor) // step
    last = after
    while True:
        number += 1
        found = wall_clock.instant(anchor + step * number, of)
        if found > last:
            yield found
            last = found


def check(rule: Rule, now: datetime) -> None:
    """Raise `ValueError`, saying what is wrong, for a rule that cannot be followed or never fires."""
    if isinstance(rule, IntervalRule) and not _SHORTEST <= rule.interval <= _LONGEST:
        raise ValueError(
            f"The interval is {rule.interval:g} seconds; it is 1 second at least and a hundred years at most."
        )
    if next(instants(rule, now), None) is not None:
        return
    # What is over does not fire any more, but is no mistake.
    ends = isinstance(rule, RRuleRule) and ("UNTIL" in rule.rrule.upper() or "RDATE" in rule.rrule.upper())
    if not ends or next(instants(rule, _EARLY), None) is None:
        raise ValueError(f"{spelled(rule)} never fires: no date fits it.")


def spelled(rule: Rule) -> str:
    """Return a rule in a few words."""
    match rule:
        case CronRule(cron=text):
            return f"cron {text!r}"
        case IntervalRule(interval=seconds):
            return f"every {_span(seconds)}"
        case RRuleRule(rrule=text):
            return f"rrule {text!r}"
        case never:
            assert_never(never)


def _span(seconds: float) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            return word if seconds == size else f"{seconds // size:g} {word}s"
    return f"{seconds:g} seconds" if seconds != 1 else "second"


def firings(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Yield the instants of a schedule after one, between its start and its end."""
    if schedule.start is not None and schedule.start > after:
        after = schedule.start - _MICROSECOND
    for found in instants(schedule.rule, after):
        if schedule.end is not None and found > schedule.end:
            return
        yield found


def next_firings(schedule: Schedule, after: datetime, number: int) -> list[datetime]:
    """Return the next few instants of a schedule after one."""
    return list(islice(firings(schedule, after), number))


def jittered(schedule: Schedule, instant: datetime) -> datetime:
    """Return when the run of an instant may begin: always the same for one schedule and instant."""
    if not schedule.jitter:
        return instant
    digest = hashlib.sha256(f"{schedule.id} {instant.isoformat()}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return instant + timedelta(microseconds=math.floor(share * schedule.jitter * 1e6))
