"""What becomes of an instant whose time has come: by the clock, the catch-up policy, and the runs that are not over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from msgspec import Struct

from segue.model.schedules import GRACE, FiringOutcome, Schedule


class Judged(Struct, frozen=True):
    """What becomes of an instant, and why; `ends`: the runs that are not over are ended for it."""

    outcome: FiringOutcome
    reason: str | None = None
    ends: bool = False


def judge(
    schedule: Schedule, instant: datetime, *, after: datetime | None, now: datetime, rests: str | None, runs: int
) -> Judged:
    """Decide over an instant that has come.

    `after`: the next instant of the schedule, if it has one. `rests`: why nothing fires now. `runs`: runs of the schedule that are
    not over, queued instants among them.
    """
    if rests is not None:
        return Judged("skipped", rests)
    gone = now - instant
    reason = None
    if gone > timedelta(seconds=GRACE):
        missed = _missed(schedule, gone, superseded=after is not None and after <= now)
        if missed is not None:
            return Judged("skipped", missed)
        reason = f"Nobody was there to fire it at its time; it was caught up with {spoken(gone)} later."
    if not runs:
        return Judged("fired", reason)
    match schedule.overlap:
        case "allow":
            return Judged("fired", reason)
        case "queue":
            return Judged("queued", "An earlier run of this schedule is not over; this one is made when it is.")
        case "skip":
            return Judged("skipped", "An earlier run of this schedule was not over, and its overlap policy is to skip.")
        case "cancel-running":
            return Judged("fired", reason, ends=True)
        case never:
            assert_never(never)


def _missed(schedule: Schedule, gone: timedelta, *, superseded: bool) -> str | None:
    """Return why a missed instant does not fire any more; None where it does."""
    policy = schedule.catch_up
    begin = f"Nobody was there to fire it at its time, and {spoken(gone)} later its catch-up policy"
    match policy.policy:
        case "all":
            return None
        case "none":
            return f"{begin} is none."
        case "latest":
            return f"{begin} takes only the latest; a later one had come." if superseded else None
        case "within":
            window = timedelta(seconds=policy.within or 0.0)
            return f"{begin} takes what is at most {spoken(window)} ago." if gone > window else None
        case never:
            assert_never(never)


def spoken(span: timedelta) -> str:
    """Return a length of time in words."""
    seconds = span.total_seconds()
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds / size:.3g} {word}{'' if seconds == size else 's'}"
    return f"{seconds:.3g} seconds"
