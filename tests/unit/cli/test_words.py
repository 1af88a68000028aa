"""Times, durations and counts as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from segue.cli.words import ago, duration, plural, short, size

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "just now"),
        (1, "1 second ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7200, "2 hours ago"),
        (-90, "in 1 minute"),
        (86_400 * 3, "3 days ago"),
        (86_400 * 61, "2025-12-01"),
    ],
)
def test_an_instant_is_told_by_its_distance(seconds: float, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "0 ms"),
        (0.012, "12 ms"),
        (0.25, "0.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (184, "3 min 4 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (100_000, "1 d 3 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_what_is_unknown_is_left_blank() -> None:
    assert ago(None, NOW) == ""
    assert duration(None) == ""


def test_counts_and_sizes() -> None:
    assert (plural(1, "run"), plural(1200, "run"), plural(2, "process")) == ("1 run", "1,200 runs", "2 processes")
    assert (size(999), size(1_234_567), size(5e15)) == ("999 B", "1.2 MB", "5000.0 TB")


def test_a_long_value_is_cut_and_kept_on_one_line() -> None:
    assert short("two\nlines") == "two lines"
    assert short({"a": [1, 2]}) == '{"a":[1,2]}'
    assert short("x" * 300, 10) == "xxxxxxxxx…"
