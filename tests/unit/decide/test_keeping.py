"""When a service is begun again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from segue.decide.keeping import SHORT, begun_again

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_short_runs_wait_longer_each_time_and_a_long_one_ends_that() -> None:
    short, waits = 0, []
    for _ in range(12):
        short, at = begun_again(short, lasted=timedelta(seconds=2), ended=NOW, now=NOW)
        waits.append((at - NOW).total_seconds())
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert begun_again(short, lasted=SHORT, ended=NOW, now=NOW) == (0, NOW)
    assert begun_again(0, lasted=None, ended=NOW, now=NOW) == (1, NOW + timedelta(seconds=1))
    # What ended long ago has waited long enough.
    later = NOW + timedelta(hours=1)
    assert begun_again(4, lasted=None, ended=NOW, now=later) == (5, later)
