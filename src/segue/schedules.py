"""When a deployment runs by itself: `Cron`, `Interval` and `RRule`, for `serve`, `deploy` and `to_deployment`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from segue.client.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule
from segue.decide import schedules as rules
from segue.host import clock
from segue.model.schedules import CatchUp, CatchUpPolicy, OverlapPolicy, Rule
from segue.wire.schedules import NewSchedule

__all__ = ["Cron", "Interval", "RRule", "Schedule"]


@dataclass(frozen=True)
class Schedule:
    """A schedule of a deployment; made by `Cron`, `Interval` or `RRule`. Raises `ValueError`, which names what is wrong."""

    interval: timedelta | None = None
    cron: str | None = None
    rrule: str | None = None
    timezone: str | None = None
    anchor_date: datetime = field(default_factory=partial(clock.now))
    day_or: bool = True
    active: bool = True
    parameters: dict[str, Any] = field(default_factory=dict)
    slug: str | None = None
    max_scheduled_runs: int | None = None
    #: A run begins up to so long after its instant, always the same for one instant.
    jitter: timedelta | None = None
    #: No instant before the one and after the other.
    start: datetime | None = None
    end: datetime | None = None
    #: What becomes of instants that passed while no server was there; `within` says how long ago they may be.
    catch_up: CatchUpPolicy = "all"
    within: timedelta | None = None
    #: What happens while an earlier run of the schedule is not over.
    overlap: OverlapPolicy = "allow"

    def __post_init__(self) -> None:
        given = [name for name in ("interval", "cron", "rrule") if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"here are {' and '.join(given)}" if given else "there is none"
            raise ValueError(f"A schedule has one of interval, cron and rrule; {said}.")
        rules.check(self.rule, clock.now())
        if (self.catch_up == "within") is (self.within is None):
            raise ValueError(
                f"catch_up is {self.catch_up!r} and within is {self.within!r}; catch_up='within' says how long ago."
            )

    @property
    def rule(self) -> Rule:
        """What it fires by."""
        if self.cron is not None:
            return CronSchedule(cron=self.cron, timezone=self.timezone, day_or=self.day_or).rule
        if self.rrule is not None:
            return RRuleSchedule(rrule=self.rrule, timezone=self.timezone).rule
        every = self.interval or timedelta()
        return IntervalSchedule(interval=every, anchor_date=self.anchor_date, timezone=self.timezone).rule

    def request(self) -> NewSchedule:
        """Return what a server is asked to make."""
        return NewSchedule(
            rule=self.rule, slug=self.slug, active=self.active, parameters=self.parameters,
            jitter=0.0 if self.jitter is None else self.jitter.total_seconds(), start=self.start, end=self.end,
            catch_up=CatchUp(policy=self.catch_up, within=None if self.within is None else self.within.total_seconds()),
            overlap=self.overlap, max_scheduled_runs=self.max_scheduled_runs,
        )  # fmt: skip


def Cron(  # noqa: N802 - users know it by this name
    cron: str, /, timezone: str | None = None, day_or: bool = True, active: bool = True,  # noqa: FBT001, FBT002 - as known
    parameters: dict[str, Any] | None = None, slug: str | None = None, **options: Any,
) -> Schedule:  # fmt: skip
    """Return a schedule by a cron expression: 5 fields, 6 with the seconds last, or a word such as `@daily`.

    `options` are further fields of `Schedule`: jitter, start, end, catch_up, within, overlap, max_scheduled_runs.
    """
    return Schedule(
        cron=cron, timezone=timezone, day_or=day_or, active=active, parameters=parameters or {}, slug=slug, **options
    )


def Interval(  # noqa: N802 - users know it by this name
    interval: float | timedelta, /, anchor_date: datetime | None = None, timezone: str | None = None,
    active: bool = True, parameters: dict[str, Any] | None = None, slug: str | None = None, **options: Any,  # noqa: FBT001, FBT002
) -> Schedule:  # fmt: skip
    """Return a schedule that fires every so many seconds: elapsed time below a day, the same time of day from a day on."""
    if anchor_date is not None:
        options["anchor_date"] = anchor_date
    span = interval if isinstance(interval, timedelta) else timedelta(seconds=interval)
    return Schedule(interval=span, timezone=timezone, active=active, parameters=parameters or {}, slug=slug, **options)


def RRule(  # noqa: N802 - users know it by this name
    rrule: str, /, timezone: str | None = None, active: bool = True, parameters: dict[str, Any] | None = None,  # noqa: FBT001, FBT002
    slug: str | None = None, **options: Any,
) -> Schedule:  # fmt: skip
    """Return a schedule by a recurrence rule of RFC 5545, expanded in local time."""
    return Schedule(rrule=rrule, timezone=timezone, active=active, parameters=parameters or {}, slug=slug, **options)
