"""What is said of instants at which local time jumps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from segue.decide.foreseen import foresee
from segue.model.schedules import CronRule, IntervalRule, RRuleRule, Rule, Schedule

SPRING, AUTUMN = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
NIGHT = datetime(2026, 10, 24, 23, tzinfo=UTC)
BERLIN = "Europe/Berlin"
GAP = "The clock jumps from 02:00 to 03:00"


def cron(text: str, zone: str = BERLIN) -> CronRule:
    return CronRule(cron=text, timezone=zone)


def told(rule: Rule, after: datetime, number: int) -> list[tuple[str, str | None]]:
    schedule = Schedule(id="", deployment_id="", created=after, updated=after, rule=rule)
    return [(each.local, each.note) for each in foresee(schedule, after, number)]


@pytest.mark.parametrize(
    "rule",
    [
        cron("30 2 * * *"),
        RRuleRule(rrule="FREQ=DAILY;BYHOUR=2;BYMINUTE=30", timezone=BERLIN),
        IntervalRule(interval=86_400, anchor=datetime(2026, 1, 1, 1, 30, tzinfo=UTC), timezone=BERLIN),
    ],
    ids=lambda rule: str(type(rule).__name__),
)
def test_a_time_in_a_gap_and_one_that_comes_twice(rule: Rule) -> None:
    assert told(rule, SPRING, 2) == [
        ("2026-03-29T03:00:00+02:00", f"{GAP}, so 02:30 does not come: it fires right after."),
        ("2026-03-30T02:30:00+02:00", None),
    ]
    assert told(rule, AUTUMN, 2) == [
        ("2026-10-25T02:30:00+02:00", "02:30 comes twice: it fires the first time."),
        ("2026-10-26T02:30:00+01:00", None),
    ]


def test_several_times_in_one_gap_fire_once() -> None:
    (first, *_) = told(cron("*/10 2 * * *"), SPRING, 1)
    assert first == (
        "2026-03-29T03:00:00+02:00",
        f"{GAP}, so 02:00, 02:10, 02:20, … do not come: it fires right after.",
    )


def test_what_is_named_beside_a_jump_is_not_spoken_of() -> None:
    assert [note for _, note in told(cron("0 3 * * *"), SPRING, 2)] == [None, None]
    assert [note for _, note in told(cron("0 3 * * *"), AUTUMN, 2)] == [None, None]


@pytest.mark.parametrize("rule", [cron("30 * * * *"), RRuleRule(rrule="FREQ=HOURLY;BYMINUTE=30", timezone=BERLIN)])
def test_what_comes_every_hour_follows_real_time(rule: Rule) -> None:
    assert told(rule, SPRING.replace(hour=23), 3) == [
        ("2026-03-29T00:30:00+01:00", None),
        ("2026-03-29T01:30:00+01:00", None),
        ("2026-03-29T03:30:00+02:00", f"{GAP} before it."),
    ]
    assert told(rule, NIGHT.replace(minute=45), 4) == [
        ("2026-10-25T02:30:00+02:00", "02:30 comes twice: this is the first time."),
        ("2026-10-25T02:30:00+01:00", "02:30 comes twice: this is the second time."),
        ("2026-10-25T03:30:00+01:00", None),
        ("2026-10-25T04:30:00+01:00", None),
    ]


def test_an_interval_below_a_day_is_elapsed_time() -> None:
    rule = IntervalRule(interval=5 * 3600, anchor=SPRING, timezone=BERLIN)
    assert told(rule, SPRING, 4)[1:] == [
        ("2026-03-28T23:00:00+01:00", None),
        ("2026-03-29T05:00:00+02:00", f"{GAP} before it; the interval is elapsed time."),
        ("2026-03-29T10:00:00+02:00", None),
    ]


def test_a_day_that_an_island_skipped() -> None:
    (told_once, _) = told(cron("0 9 30 12 *", "Pacific/Apia"), datetime(2011, 12, 29, 12, tzinfo=UTC), 2)
    assert told_once == (
        "2011-12-31T00:00:00+14:00",
        "The clock jumps from 2011-12-30 00:00 to 2011-12-31 00:00, so 2011-12-30 09:00 does not come: it fires right after.",
    )


def test_a_thousand_instants_of_a_rule_that_rarely_comes_are_found_at_once() -> None:
    assert [note for _, note in told(cron("0 0 29 2 *"), SPRING, 400)] == [None] * 400
