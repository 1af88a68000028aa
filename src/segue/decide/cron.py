"""Cron expressions: their readings of a wall clock, and the instants these mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from segue.decide import wall_clock

WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_SECOND = timedelta(seconds=1)
_YEAR = timedelta(days=365)


def instants(cron: str, after: datetime, of: ZoneInfo, *, day_or: bool = True) -> Iterator[datetime]:
    """Yield the instants after one at which an expression fires, in order; raises `ValueError` for a bad expression."""
    written = _fields(cron)
    if _hourly(written):
        yield from _in_real_time(written, after, of, day_or)
    else:
        last = after
        for reading in walker(written, wall_clock.reading(after, of), day_or):
            found = wall_clock.instant(reading, of)
            if found > last:
                yield found
                last = found


def readings(cron: str, after: datetime, *, day_or: bool = True) -> Iterator[datetime]:
    """Yield the readings of a wall clock after one that mean an instant each; none for what comes every hour or more often."""
    written = _fields(cron)
    if not _hourly(written):
        yield from walker(written, after, day_or)


def _hourly(written: str) -> bool:
    return len(walker(written, datetime(2000, 1, 1), True).hours) == 24  # noqa: DTZ001, FBT003 - any reading does


def walker(written: str, reading: datetime, day_or: bool) -> CronSim:  # noqa: FBT001 - users know it by this name
    """Return the readings of a wall clock after one that an expression fits, its seconds in front."""
    walk = CronSim(written, reading)
    if not day_or:
        walk.day_and = True
    return walk


def _in_real_time(written: str, after: datetime, of: ZoneInfo, day_or: bool) -> Iterator[datetime]:  # noqa: FBT001
    """Yield every instant at which the clock shows a reading that fits: a repeated one counts twice, a skipped one never.

    From one change of the zone's offset to the next, readings and instants go together.
    """
    begin = after.astimezone(UTC)
    while True:
        ahead = wall_clock.offset(begin, of)
        end = begin
        turn = None
        walk = walker(written, (begin + ahead).replace(tzinfo=None), day_or)
        for reading in walk:
            found = (reading - ahead).replace(tzinfo=UTC)
            if turn is None and found > end:
                reach = max(found, end + _YEAR)
                turn = wall_clock.change(end, reach, of)
                end = reach
            if turn is not None and found >= turn:
                break
            if found > after:
                yield found
        if turn is None:
            return
        # The walk goes on from the first reading that the new offset shows, that one included.
        begin = turn
        if fits(written, (begin + wall_clock.offset(begin, of)).replace(tzinfo=None), day_or):
            yield begin


def fits(written: str, reading: datetime, day_or: bool) -> bool:  # noqa: FBT001
    """Say whether an expression fits a reading."""
    return next(walker(written, reading - _SECOND, day_or), None) == reading


@lru_cache(maxsize=4096)
def _fields(cron: str) -> str:
    """Return an expression with its seconds in front; raises `ValueError`."""
    text = cron.strip()
    if text.startswith("@"):
        if text.lower() not in WORDS:
            raise ValueError(f"{cron!r} is no word for a schedule; there are {', '.join(WORDS)}.")
        text = WORDS[text.lower()]
    fields = text.split()
    if len(fields) not in {5, 6}:
        raise ValueError(
            f"{cron!r} has {len(fields)} fields; cron has 5 (minute, hour, day of month, month, day of week), or 6 with the "
            "seconds last."
        )
    *others, last = fields if len(fields) == 6 else [*fields, "0"]
    written = " ".join([last, *others])
    try:
        CronSim(written, datetime(2000, 1, 1))  # noqa: DTZ001 - a reading of a wall clock
    except CronSimError as problem:
        raise ValueError(f"{cron!r} is no cron expression: {_named(str(problem), others, last)}.") from problem
    return written


def _named(problem: str, others: list[str], seconds: str) -> str:
    names = ("minute", "hour", "day-of-month", "month", "day-of-week")
    for name, value in (*zip(names, others, strict=True), ("second", seconds)):
        if problem == f"Bad {name}":
            return f"the {name.replace('-', ' ')} {value!r} is not valid"
    return problem[:1].lower() + problem[1:]
