"""When messages are sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from segue.decide.telling import LONGEST, MOST, pause_after, quiet_fault, quiet_until
from segue.model.actions import QuietHours

NIGHTS = QuietHours(start="22:00", end="07:00", timezone="Europe/Berlin")
LUNCH = QuietHours(start="12:00", end="13:00")
ID = "01890000-0000-7000-8000-000000000000"


def berlin(*at: int) -> datetime:
    return datetime(*at, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc,arg-type]  # numbers of a date


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHTS, berlin(2026, 3, 2, 21, 59), None),
        (NIGHTS, berlin(2026, 3, 2, 22, 0), berlin(2026, 3, 3, 7, 0)),
        (NIGHTS, berlin(2026, 3, 3, 6, 59), berlin(2026, 3, 3, 7, 0)),
        (NIGHTS, berlin(2026, 3, 3, 7, 0), None),
        # The night in which the clock goes forward has an hour less, and the end is where the clock on the wall has it.
        (NIGHTS, berlin(2026, 3, 28, 23, 0), berlin(2026, 3, 29, 7, 0)),
        (LUNCH, datetime(2026, 1, 1, 12, 30, tzinfo=UTC), datetime(2026, 1, 1, 13, 0, tzinfo=UTC)),
        (LUNCH, datetime(2026, 1, 1, 13, 0, tzinfo=UTC), None),
        # From Friday night over a quiet weekend to Monday morning.
        (
            QuietHours(start="22:00", end="07:00", days=["saturday", "sunday"], timezone="Europe/Berlin"),
            berlin(2026, 3, 6, 23, 0),
            berlin(2026, 3, 9, 7, 0),
        ),
        (QuietHours(days=["sunday"]), datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)
def test_quiet_hours(quiet: QuietHours, now: datetime, until: datetime | None) -> None:
    assert quiet_fault(quiet) is None
    assert quiet_until(quiet, now) == until


@pytest.mark.parametrize(
    ("quiet", "why"),
    [
        (QuietHours(start="22:00"), "come together"),
        (QuietHours(start="22:00", end="22:00"), "never begin"),
        (QuietHours(), "start and end, or days"),
        (QuietHours(days=["saturday"], timezone="Mars/Base"), "no time zone"),
        (
            QuietHours(days=["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
            "nothing would",
        ),
    ],
)
def test_quiet_hours_that_cannot_be_kept(quiet: QuietHours, why: str) -> None:
    assert why in (quiet_fault(quiet) or "")


def test_pauses_grow_to_a_bound_and_heed_what_was_asked() -> None:
    pauses = [pause_after(attempt, asked=None, id=ID).total_seconds() for attempt in range(1, MOST)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2.0, LONGEST)
    assert 3600 < sum(pauses) < 7200
    assert pause_after(1, asked=60, id=ID) == timedelta(seconds=60)
    assert pause_after(1, asked=1e9, id=ID) == timedelta(seconds=LONGEST)
    assert pause_after(1, asked=None, id=ID[:-6] + "ffffff") == timedelta(seconds=2.4)
