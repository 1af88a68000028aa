"""Rules of schedules as users of the client see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from msgspec import field

from segue.faces import Face, new_uuid
from segue.host import clock
from segue.model import schedules as m

__all__ = [
    "SCHEDULE_TYPES",
    "CronSchedule",
    "DeploymentSchedule",
    "IntervalSchedule",
    "RRuleSchedule",
    "construct_schedule",
]


def _check(rule: m.Rule) -> None:
    from segue.decide import schedules  # noqa: PLC0415 - a door: few clients read schedules, and their calendars are large

    schedules.check(rule, clock.now())


class CronSchedule(Face, kw_only=True):
    """Fires by a cron expression; raises `ValueError` for a bad one."""

    cron: str
    timezone: str | None = None
    day_or: bool = True

    def __post_init__(self) -> None:
        _check(self.rule)

    @property
    def rule(self) -> m.Rule:
        """What is recorded of it."""
        return m.CronRule(cron=self.cron, timezone=self.timezone or "UTC", day_or=self.day_or)


class IntervalSchedule(Face, kw_only=True):
    """Fires every so often from an anchor on; raises `ValueError` for a bad interval."""

    interval: timedelta
    anchor_date: datetime = field(default_factory=clock.now)
    timezone: str | None = None

    def __post_init__(self) -> None:
        _check(self.rule)

    @property
    def rule(self) -> m.Rule:
        """What is recorded of it."""
        zone = self.timezone or str(getattr(self.anchor_date.tzinfo, "key", "UTC"))
        anchor = self.anchor_date
        if anchor.tzinfo is None:
            from segue.decide import wall_clock  # noqa: PLC0415 - a door: few clients read schedules

            anchor = wall_clock.instant(anchor, wall_clock.zone(zone))
        return m.IntervalRule(interval=self.interval.total_seconds(), anchor=anchor, timezone=zone)


class RRuleSchedule(Face, kw_only=True):
    """Fires by a recurrence rule of RFC 5545; raises `ValueError` for a bad one."""

    rrule: str
    timezone: str | None = None

    def __post_init__(self) -> None:
        _check(self.rule)

    @property
    def rule(self) -> m.Rule:
        """What is recorded of it."""
        return m.RRuleRule(rrule=self.rrule, timezone=self.timezone or "UTC")


SCHEDULE_TYPES: TypeAlias = CronSchedule | IntervalSchedule | RRuleSchedule


def construct_schedule(
    interval: float | timedelta | None = None, anchor_date: datetime | None = None, cron: str | None = None,
    rrule: str | None = None, timezone: str | None = None,
) -> SCHEDULE_TYPES:  # fmt: skip
    """Return the schedule of one rule; raises `ValueError` when there is none or more than one."""
    if sum(each is not None for each in (interval, cron, rrule)) != 1:
        raise ValueError("Give one of interval, cron and rrule.")
    if cron is not None:
        return CronSchedule(cron=cron, timezone=timezone)
    if rrule is not None:
        return RRuleSchedule(rrule=rrule, timezone=timezone)
    span = interval if isinstance(interval, timedelta) else timedelta(seconds=interval or 0.0)
    if anchor_date is None:
        return IntervalSchedule(interval=span, timezone=timezone)
    return IntervalSchedule(interval=span, anchor_date=anchor_date, timezone=timezone)


class DeploymentSchedule(Face, kw_only=True):
    """A schedule of a deployment."""

    id: UUID = field(default_factory=new_uuid)
    deployment_id: UUID | None = None
    created: datetime | None = None
    updated: datetime | None = None
    schedule: SCHEDULE_TYPES
    active: bool = True
    max_scheduled_runs: int | None = None
    parameters: dict[str, object] = field(default_factory=dict)
    slug: str | None = None

    @classmethod
    def of(cls, schedule: m.Schedule) -> DeploymentSchedule:
        """Make the users' form of a recorded schedule."""
        return cls(
            id=UUID(schedule.id), deployment_id=UUID(schedule.deployment_id), created=schedule.created, updated=schedule.updated,
            schedule=_of_rule(schedule.rule), active=schedule.active, max_scheduled_runs=schedule.max_scheduled_runs,
            parameters=dict(schedule.parameters), slug=schedule.slug,
        )  # fmt: skip


def _of_rule(rule: m.Rule) -> SCHEDULE_TYPES:
    match rule:
        case m.CronRule():
            return CronSchedule(cron=rule.cron, timezone=rule.timezone, day_or=rule.day_or)
        case m.RRuleRule():
            return RRuleSchedule(rrule=rule.rrule, timezone=rule.timezone)
        case m.IntervalRule():
            span = timedelta(seconds=rule.interval)
            return IntervalSchedule(interval=span, anchor_date=rule.anchor, timezone=rule.timezone)
