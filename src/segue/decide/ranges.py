"""Time cut into equal parts, and lengths of time put into a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from segue.model.errors import BadRequest
from segue.model.spreads import Spread

#: Parts of one range at most, and as many as are made where nobody says how long one shall be.
MOST, USUAL = 500, 50
_DAY = timedelta(days=1)
#: Lengths that people can read off a chart, in seconds.
_ROUND = (
    1,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    21_600,
    43_200,
    86_400,
    604_800,
    2_592_000,
)


class Range(Struct, frozen=True):
    """From `start` to `end`, in parts of the same length, of which the last may be shorter."""

    start: datetime
    end: datetime
    part: timedelta

    @property
    def count(self) -> int:
        """How many parts there are."""
        return -((self.start - self.end) // self.part)

    def begins(self) -> list[datetime]:
        """Return when each part begins."""
        return [self.start + self.part * number for number in range(self.count)]


def cut(start: datetime | None, end: datetime | None, seconds: float | None, *, now: datetime) -> Range:
    """Return a range: by default the last day, in parts of a length that reads well. Raises `BadRequest`."""
    end = end or now
    try:
        start = start or end - _DAY
    except OverflowError as problem:
        raise BadRequest(f"to: there is no day before {end.isoformat()}.", field="to") from problem
    if start >= end:
        raise BadRequest(f"from: {start.isoformat()} is not before {end.isoformat()}.", field="from")
    whole = (end - start).total_seconds()
    if seconds is None:
        seconds = next((each for each in _ROUND if whole / each <= USUAL), whole / USUAL)
    if seconds < 0.001 or whole / seconds > MOST:
        raise BadRequest(
            f"bucket: {seconds:g} s cut {whole:,.0f} s into more than {MOST} parts; take {whole / MOST:g} s or more.",
            field="bucket",
        )
    return Range(start, end, timedelta(seconds=seconds))


def spread(lengths: Sequence[float]) -> Spread | None:
    """Return how lengths of time are spread; None where there are none."""
    if not lengths:
        return None
    ordered = sorted(lengths)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 6)

    return Spread(
        count=len(ordered),
        average=round(sum(ordered) / len(ordered), 6),
        p50=at(0.50),
        p95=at(0.95),
        p99=at(0.99),
        longest=at(1.0),
    )
