"""What wrong passwords cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from segue.decide.signing_in import FORGIVEN, Failures, failed, waits

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def after(times: int, *, of_address: bool) -> list[float]:
    """Return the seconds to wait after each of so many wrong passwords, each given as soon as it may be."""
    known, now, pauses = Failures(), NOW, []
    for _ in range(times):
        known = failed(known, now, of_address=of_address)
        pauses.append(waits(known, now).total_seconds())
        now += waits(known, now)
    return pauses


def test_people_mistype_and_others_wait_ever_longer() -> None:
    assert after(9, of_address=False) == [0] * 5 + [2, 4, 8, 16]
    assert after(22, of_address=True) == [0] * 20 + [2, 4]
    assert after(60, of_address=False)[-1] == 15 * 60


def test_a_day_of_peace_forgives() -> None:
    known = Failures(40, NOW)
    assert failed(known, NOW + FORGIVEN, of_address=False).count == 1
    assert failed(known, NOW + FORGIVEN - timedelta(seconds=1), of_address=False).count == 41
