"""When a message is sent: not in quiet hours, and after a failure later and later, up to a bound."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from segue.decide.wall_clock import instant, reading, zone
from segue.model.actions import QuietHours, Weekday

#: Attempts at one delivery: with the pauses between them a little more than an hour.
MOST = 14
#: Seconds of the first pause, and of the longest.
FIRST, LONGEST = 2.0, 900.0
_DAY = timedelta(days=1)
_WEEK: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def quiet_fault(quiet: QuietHours) -> str | None:
    """Return what is wrong with quiet hours; None when they can be kept."""
    if (quiet.start is None) is not (quiet.end is None):
        return "start and end of quiet hours come together."
    if quiet.start is not None and quiet.start == quiet.end:
        return f"quiet hours from {quiet.start} to {quiet.end} would never begin."
    if len(set(quiet.days)) == len(_WEEK):
        return "with every day quiet nothing would ever be sent."
    if quiet.start is None and not quiet.days:
        return "quiet hours need start and end, or days."
    try:
        zone(quiet.timezone)
    except ValueError as problem:
        return str(problem)
    return None


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """Return when the quiet that holds now ends; None when it is not quiet."""
    at, of = now, zone(quiet.timezone)
    # Hours and days follow upon each other; a week has an hour that is not quiet.
    for _ in range(2 * len(_WEEK) + 1):
        local = reading(at, of)
        end = _end(quiet, local)
        if end is None:
            break
        at = max(instant(end, of), at)
    return at if at > now else None


def _end(quiet: QuietHours, local: datetime) -> datetime | None:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if _WEEK[local.weekday()] in quiet.days:
        return midnight + _DAY
    if quiet.start is None or quiet.end is None:
        return None
    start, end, clock = _time(quiet.start), _time(quiet.end), local.time()
    if start < end:
        return datetime.combine(local.date(), end) if start <= clock < end else None
    if clock >= start:
        return datetime.combine(local.date(), end) + _DAY
    return datetime.combine(local.date(), end) if clock < end else None


def _time(text: str) -> time:
    return time(int(text[:2]), int(text[3:]))


def pause_after(attempt: int, *, asked: float | None, id: str, first: float = FIRST) -> timedelta:
    """Return how long to wait after so many attempts that failed, no less than the other side asked for.

    A share drawn from the id lets many that failed together come back one after the other.
    """
    seconds = min(LONGEST, first * 2.0 ** (attempt - 1))
    # The last digits of an id are drawn by chance.
    seconds *= 1 + 0.2 * int(id[-6:], 16) / 0xFFFFFF
    return timedelta(seconds=max(seconds, min(asked or 0.0, LONGEST)))
