"""Schedules: when a deployment runs by itself, and the ledger of what became of each instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from segue.model.bounds import Instant, Seconds
from segue.model.runs import Id

#: What happens to instants that passed while no server was there to fire them: all fire, the latest fires, none does, or
#: those that are no longer ago than `within`.
CatchUpPolicy: TypeAlias = Literal["all", "latest", "none", "within"]
#: What happens at an instant while an earlier run of the schedule is not over: it runs beside it, waits for its end, does not
#: fire, or ends the earlier one.
OverlapPolicy: TypeAlias = Literal["allow", "queue", "skip", "cancel-running"]
#: What became of an instant: a run, none yet because an earlier one must end first, or none.
FiringOutcome: TypeAlias = Literal["fired", "queued", "skipped"]

#: Runs that are made ahead of their time, so that people see what comes.
AHEAD = 3
#: The longest rule that is taken.
LONGEST_RULE = 6_500
#: How reasons begin of instants that did not fire because somebody paused or deleted what would have fired them.
WILLED = ("The schedule was ", "The deployment was ")
#: An instant is missed when nobody has fired it so many seconds after it.
GRACE = 15.0


class CronRule(Struct, frozen=True, kw_only=True, tag="cron", tag_field="type", forbid_unknown_fields=True):
    """Five fields (minute, hour, day of month, month, day of week), a sixth for seconds, or a word such as `@daily`."""

    cron: str
    #: A name of the IANA database.
    timezone: str = "UTC"
    #: Where both days are restricted: either must fit, or both.
    day_or: bool = True


class IntervalRule(Struct, frozen=True, kw_only=True, tag="interval", tag_field="type", forbid_unknown_fields=True):
    """Every so many seconds, counted from an anchor: elapsed time below a day, the same time of day from a day on."""

    interval: float
    anchor: Instant
    timezone: str = "UTC"


class RRuleRule(Struct, frozen=True, kw_only=True, tag="rrule", tag_field="type", forbid_unknown_fields=True):
    """A recurrence rule of RFC 5545, with DTSTART, RDATE and EXDATE lines if need be, expanded in local time."""

    rrule: str
    timezone: str = "UTC"


Rule: TypeAlias = CronRule | IntervalRule | RRuleRule


class CatchUp(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What becomes of missed instants."""

    policy: CatchUpPolicy = "all"
    #: Seconds; for the policy `within`.
    within: Seconds | None = None


class Schedule(Struct, frozen=True, kw_only=True):
    """When a deployment runs by itself."""

    id: Id
    deployment_id: Id
    created: datetime
    updated: datetime
    rule: Rule
    slug: str | None = None
    active: bool = True
    #: Above the deployment's own.
    parameters: dict[str, object] = {}
    #: Seconds by which a run may begin after its instant, always the same for one instant.
    jitter: Seconds = 0.0
    #: No instant before the one and after the other.
    start: Instant | None = None
    end: Instant | None = None
    catch_up: CatchUp = CatchUp()
    overlap: OverlapPolicy = "allow"
    #: Runs that are made ahead of their time.
    max_scheduled_runs: Annotated[int, Meta(ge=0, le=100)] | None = None


class Foreseen(Struct, frozen=True, kw_only=True):
    """An instant at which a schedule will fire."""

    instant: datetime
    #: What the clocks of its zone show then, and how far they are from UTC.
    local: str
    #: When its run may begin: the instant and its jitter.
    at: datetime
    #: What a jump of the zone's clocks does to it.
    note: str | None = None


class Firing(Struct, frozen=True, kw_only=True):
    """What became of one instant of a schedule; there is one row for each."""

    schedule_id: Id
    deployment_id: Id
    #: The instant that the rule names.
    instant: datetime
    #: When the run may begin: the instant and its jitter.
    at: datetime
    outcome: FiringOutcome
    #: Why it did not fire, or fired late.
    reason: str | None = None
    flow_run_id: Id | None = None
    decided: datetime
