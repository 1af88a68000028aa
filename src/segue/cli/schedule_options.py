"""Options that say when a schedule fires, and how what is typed into them is understood."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, NoReturn

import typer

from segue.cli.faults import Exit, Fault
from segue.cli.options import age
from segue.decide.wall_clock import instant, zone
from segue.model.schedules import Schedule
from segue.schedules import Schedule as Wanted

CronOption = Annotated[
    str | None,
    typer.Option("--cron", metavar="CRON", help="5 fields, 6 with the seconds last, or a word such as @daily."),
]
IntervalOption = Annotated[
    str | None, typer.Option("--interval", metavar="SPAN", help="Every so often: seconds, or 15m, 2h, 1d.")
]
RRuleOption = Annotated[str | None, typer.Option("--rrule", metavar="RRULE", help="A recurrence rule of RFC 5545.")]
AnchorOption = Annotated[
    str | None,
    typer.Option(
        "--anchor-date",
        "--interval-anchor",
        metavar="WHEN",
        help="An instant from which the interval counts; by default now.",
    ),
]
ZoneOption = Annotated[
    str | None,
    typer.Option("--timezone", "-z", metavar="ZONE", help="Such as Europe/Berlin; by default UTC."),
]
DayOrOption = Annotated[
    bool,
    typer.Option("--day-or/--day-and", help="Where a cron rule restricts both days: either of them must fit, or both."),
]
SlugOption = Annotated[
    str | None,
    typer.Option("--slug", metavar="SLUG", help="A name; one of the deployment that has it is brought up to date."),
]
ActiveOption = Annotated[bool, typer.Option("--active/--no-active", help="Whether it fires from the start.")]
ParametersOption = Annotated[
    str | None, typer.Option("--params", metavar="JSON", help="All its parameters as one JSON object.")
]
JitterOption = Annotated[
    str | None, typer.Option("--jitter", metavar="SPAN", help="Runs begin up to so long after their instant.")
]
StartOption = Annotated[str | None, typer.Option("--start", metavar="WHEN", help="No instant before this.")]
EndOption = Annotated[str | None, typer.Option("--end", metavar="WHEN", help="No instant after this.")]
CatchUpOption = Annotated[
    str | None,
    typer.Option(
        "--catch-up",
        metavar="POLICY",
        help="Of instants missed without a server: all, latest, none, or within a span; by default all.",
    ),
]
WithinOption = Annotated[
    str | None, typer.Option("--within", metavar="SPAN", help="How long ago; for --catch-up within.")
]
OverlapOption = Annotated[
    str,
    typer.Option(
        "--overlap", metavar="POLICY", help="While an earlier run is not over: allow, queue, skip, cancel-running."
    ),
]
AheadOption = Annotated[
    int | None,
    typer.Option("--max-scheduled-runs", metavar="N", min=0, max=100, help="Runs shown ahead; by default 3."),
]

_SPAN = re.compile(r"\d+(\.\d+)?\s*[smhdw]?")


def span(text: str, name: str) -> timedelta:
    """Return a span of time, in seconds or with a unit."""
    try:
        return timedelta(seconds=float(text))
    except ValueError:
        pass
    except OverflowError:
        raise Fault(f"{name} {text!r} is too long.", Exit.USAGE) from None
    try:
        return age(text)
    except Fault:
        raise Fault(f"{name} {text!r} is no span of time; write seconds, or 90s, 15m, 2h, 1d.", Exit.USAGE) from None


def when(text: str | None, name: str, of: str | None) -> datetime | None:
    """Return an instant; a date and time without a zone is one of the schedule's own."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Fault(f"{name} {text!r} is not a date and time such as 2026-01-31T08:00.", Exit.USAGE) from None
    try:
        return instant(found, zone(of or "UTC")) if found.tzinfo is None else found.astimezone(UTC)
    except ValueError as problem:
        refuse(problem)


def refuse(problem: ValueError) -> NoReturn:
    """Say what is wrong with a schedule."""
    raise Fault(str(problem), Exit.USAGE) from None


def understood(text: str, *, anchor: str | None, of: str | None, day_or: bool) -> Wanted | None:
    """Return the schedule that a rule typed without its kind means; None for what is no rule."""
    cron = interval = rrule = None
    if any(word in text.upper() for word in ("FREQ=", "RRULE:", "RDATE")):
        rrule = text
    elif _SPAN.fullmatch(text.strip().lower()):
        interval = text
    elif text.startswith("@") or len(text.split()) > 1:
        cron = text
    else:
        return None
    return wanted(cron, interval, rrule, anchor=anchor, of=of, day_or=day_or)


def wanted(
    cron: str | None, interval: str | None, rrule: str | None, *, anchor: str | None, of: str | None, day_or: bool,
    **options: object,
) -> Wanted:  # fmt: skip
    """Return the schedule of one rule; raises `Fault`, which says what is wrong."""
    began = when(anchor, "--anchor-date", of)
    every = None if interval is None else span(interval, "--interval")
    facts: dict[str, object] = {**options, **({} if began is None else {"anchor_date": began})}
    try:
        return Wanted(cron=cron, interval=every, rrule=rrule, timezone=of, day_or=day_or, **facts)  # type: ignore[arg-type]
    except ValueError as problem:
        refuse(problem)


def title(schedule: Schedule) -> str:
    """Return what people call a schedule: its slug, or the end of its id, which is what differs."""
    return schedule.slug or schedule.id[-8:]
