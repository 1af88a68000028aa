"""What there is to say of an instant at which a schedule will fire: how local time jumps there, and what that does to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import assert_never
from zoneinfo import ZoneInfo

from segue.decide import cron, rrule, wall_clock
from segue.decide.schedules import jittered, next_firings
from segue.model.schedules import CronRule, Foreseen, IntervalRule, RRuleRule, Rule, Schedule

_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


def note(rule: Rule, instant: datetime, *, before: datetime) -> str | None:
    """Say what a jump of the clock does to an instant of a rule; `before`: the instant before it, or where one began to look."""
    of = wall_clock.zone(rule.timezone)
    ahead, behind = wall_clock.offset(instant, of), wall_clock.offset(instant - _SECOND, of)
    shown = wall_clock.reading(instant, of)
    if ahead > behind:
        last = shown - (ahead - behind)
        skipped = list(islice(takewhile(lambda found: found < shown, _readings(rule, last, of)), 4))
        if skipped:
            times = ", ".join([*(_spoken(each, shown) for each in skipped[:3]), *(["…"] if len(skipped) > 3 else [])])
            come = "does" if len(skipped) == 1 else "do"
            return f"{_jump(last, shown)}, so {times} {come} not come: it fires right after."
    named = next(_readings(rule, shown, of), None) == shown
    if _comes_again(shown, of):
        if named:
            return f"{_spoken(shown, shown)} comes twice: it fires the first time."
        which = "first" if instant == wall_clock.instant(shown, of) else "second"
        return f"{_spoken(shown, shown)} comes twice: this is the {which} time."
    return None if named else _jumped(rule, instant, before, of)


def foresee(schedule: Schedule, after: datetime, number: int) -> list[Foreseen]:
    """Return the next few instants of a schedule after one, and what there is to say of each."""
    of, found = wall_clock.zone(schedule.rule.timezone), list[Foreseen]()
    for instant in next_firings(schedule, after, number):
        local = instant.astimezone(of).isoformat()
        said = note(schedule.rule, instant, before=after)
        found.append(Foreseen(instant=instant, local=local, at=jittered(schedule, instant), note=said))
        after = instant
    return found


def _comes_again(reading: datetime, of: ZoneInfo) -> bool:
    local = reading.replace(tzinfo=of)
    once, again = local.utcoffset(), local.replace(fold=1).utcoffset()
    return once is not None and again is not None and again < once


def _jumped(rule: Rule, instant: datetime, before: datetime, of: ZoneInfo) -> str | None:
    """Tell of a jump since the instant before, for what follows real time."""
    turn = wall_clock.change(max(before, instant - _DAY), instant, of)
    if turn is None:
        return None
    shown, last = wall_clock.reading(turn, of), turn.replace(tzinfo=None) + wall_clock.offset(turn - _SECOND, of)
    if isinstance(rule, IntervalRule):
        return f"{_jump(last, shown)} before it; the interval is elapsed time."
    return f"{_jump(last, shown)} before it." if shown > last else None


def _jump(last: datetime, first: datetime) -> str:
    return f"The clock jumps from {_spoken(last, first)} to {_spoken(first, last)}"


def _readings(rule: Rule, begin: datetime, of: ZoneInfo) -> Iterator[datetime]:
    """Yield the readings from one on that a rule names by the time of day; none for what follows real time."""
    match rule:
        case CronRule():
            return cron.readings(rule.cron, begin - _SECOND, day_or=rule.day_or)
        case RRuleRule():
            return rrule.readings(rule.rrule, begin - _SECOND, of)
        case IntervalRule():
            return _of_interval(rule, begin, of)
        case never:
            assert_never(never)


def _of_interval(rule: IntervalRule, begin: datetime, of: ZoneInfo) -> Iterator[datetime]:
    step, anchor = timedelta(seconds=rule.interval), wall_clock.reading(rule.anchor, of)
    if step < _DAY:
        return
    number = -((anchor - begin) // step)
    while True:
        yield anchor + step * number
        number += 1


def _spoken(reading: datetime, beside: datetime) -> str:
    day = "" if reading.date() == beside.date() else f"{reading:%Y-%m-%d} "
    return f"{day}{reading:%H:%M:%S}" if reading.second else f"{day}{reading:%H:%M}"
