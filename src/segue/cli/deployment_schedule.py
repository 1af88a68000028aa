"""`segue deployment schedule`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, get_args

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli import schedule_options as o
from segue.cli import words
from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
from segue.cli.deployment_names import Name, every_deployment, find
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ParameterOption,
    ReasonOption,
    SinceOption,
    StateOption,
    YesOption,
    parameters,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import ago, duration, plural, short
from segue.decide.schedules import spelled
from segue.host import clock
from segue.model.deployments import Deployment
from segue.model.schedules import CatchUpPolicy, Firing, FiringOutcome, OverlapPolicy, Schedule
from segue.wire import schedules as w
from segue.wire.deployments import DeploymentQuery
from segue.wire.operations import FLOW_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById

app = noun("Schedules of deployments: when they run by themselves.")

Which = Annotated[
    str | None,
    typer.Argument(
        help="Its slug, or its id or the end of it; may be left out where there is one only.", metavar="SCHEDULE"
    ),
]


class Listed(NamedTuple):
    """A schedule as lists have it."""

    deployment: Deployment
    schedule: Schedule
    next: str

    @property
    def state(self) -> str:
        """Whether it fires."""
        if self.deployment.paused:
            return "deployment paused"
        return "active" if self.schedule.active else "paused"


SCHEDULES: Kind[Listed] = Kind(
    columns=(
        Column("DEPLOYMENT", stretches=True), Column("SCHEDULE"), Column("FIRES", stretches=True), Column("ZONE"),
        Column("STATE"), Column("NEXT"), Column("CATCH-UP", spare=True), Column("OVERLAP", spare=True),
    ),
    cells=lambda each: (
        Cell(f"{each.deployment.flow_name}/{each.deployment.name}"),
        Cell(o.title(each.schedule), "strong"),
        Cell(spelled(each.schedule.rule)),
        Cell(each.schedule.rule.timezone),
        Cell(each.state, "good" if each.state == "active" else "warning"),
        Cell(each.next),
        Cell(catch_up_words(each.schedule)),
        Cell(each.schedule.overlap),
    ),
    facts=lambda each: {
        **msgspec.to_builtins(each.schedule),
        "deployment": f"{each.deployment.flow_name}/{each.deployment.name}",
        "deployment_paused": each.deployment.paused,
    },
    none_yet="There are no schedules yet. `segue deployment schedule create NAME --cron '0 9 * * *'` makes one.",
    none_fits="No schedule fits. `segue deployment schedule ls` lists all of them.",
)  # fmt: skip


def catch_up_words(of: Schedule) -> str:
    """Return what becomes of missed instants."""
    within = of.catch_up.within
    return of.catch_up.policy if within is None else f"{of.catch_up.policy} {duration(within)}"


def pick(backend: Backend, deployment: Deployment, given: str | None) -> Schedule:
    """Return the schedule of a deployment that a slug, an id or its end means; raises `Fault`."""
    all_ = backend.call(w.SCHEDULE_LIST, w.OfDeployment(deployment.id)).items
    name = f"{deployment.flow_name}/{deployment.name}"
    if given is None:
        found, said = all_, f"Deployment {name} has {plural(len(all_), 'schedule')}; say which:"
    else:
        found = [each for each in all_ if given in (each.slug, each.id)]
        found = found or [each for each in all_ if len(given) >= 4 and each.id.endswith(given.lower())]
        said = f"Several schedules of {name} have an id that ends in {given}; say more of it:"
    if len(found) == 1:
        return found[0]
    if not found:
        none = f"Deployment {name} has no schedule{'' if given is None else f' {given!r}'}."
        raise Fault(none, Exit.NOT_FOUND, hint=f"`segue deployment schedule ls {name}` lists them.")
    lines = "\n".join(f"  {o.title(each)}  {spelled(each.rule)}" for each in found)
    raise Fault(said, Exit.USAGE, hint=lines)


@app.command("create")
def create(
    name: Name,
    cron: o.CronOption = None,
    interval: o.IntervalOption = None,
    rrule: o.RRuleOption = None,
    anchor_date: o.AnchorOption = None,
    timezone: o.ZoneOption = None,
    day_or: o.DayOrOption = True,
    slug: o.SlugOption = None,
    active: o.ActiveOption = True,
    param: ParameterOption = None,
    params: o.ParametersOption = None,
    jitter: o.JitterOption = None,
    start: o.StartOption = None,
    end: o.EndOption = None,
    catch_up: o.CatchUpOption = None,
    within: o.WithinOption = None,
    overlap: o.OverlapOption = "allow",
    max_scheduled_runs: o.AheadOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Instead of the schedules it has.")] = False,
    yes: YesOption = False,
    reason: ReasonOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Give a deployment a schedule.

    For example:

        segue deployment schedule create etl/nightly --cron "30 2 * * 1-5" --timezone Europe/Berlin --catch-up latest
    """
    because(reason)
    backend = opened()
    of = find(backend, name)
    asked = o.wanted(
        cron, interval, rrule, anchor=anchor_date, of=timezone, day_or=day_or, slug=slug, active=active,
        parameters=parameters(param, params), max_scheduled_runs=max_scheduled_runs,
        jitter=None if jitter is None else o.span(jitter, "--jitter"),
        start=o.when(start, "--start", timezone), end=o.when(end, "--end", timezone),
        catch_up=_one_of(catch_up or ("all" if within is None else "within"), CatchUpPolicy, "--catch-up"),
        within=None if within is None else o.span(within, "--within"),
        overlap=_one_of(overlap, OverlapPolicy, "--overlap"),
    )  # fmt: skip
    if replace:
        had = backend.call(w.SCHEDULE_LIST, w.OfDeployment(of.id)).items
        if had:
            confirm(f"Replace {plural(len(had), 'schedule')} of {of.flow_name}/{of.name}?", yes=yes)
    new = w.CreateSchedules(deployment_id=of.id, schedules=[asked.request()], replace=replace)
    (made,) = backend.call(w.SCHEDULE_CREATE, new).items
    if output is Output.JSON:
        typer.echo(as_json(made))
        return
    typer.echo(f"{of.flow_name}/{of.name} fires {_words(made)}: schedule {o.title(made)}.")
    listed = _listed(backend, of, made)
    typer.echo(f"next  {listed.next or 'never' if listed.state == 'active' else f'not while {listed.state}'}")


def _one_of(given: str, among: Any, option: str) -> str:
    known: tuple[str, ...] = get_args(among) or among
    if given not in known:
        raise Fault(f"{option} {given!r} is none of {', '.join(known)}.", Exit.USAGE)
    return given


def _words(of: Schedule) -> str:
    return f"{spelled(of.rule)} in {of.rule.timezone}"


@app.command("ls")
def ls(
    name: Annotated[
        str | None, typer.Argument(help="Only those of this deployment.", metavar="[NAME]", show_default=False)
    ] = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List schedules, of one deployment or of all; their states are active and paused.

    For example:

        segue deployment schedule ls etl/nightly
    """
    backend = opened()
    known = {"active": True, "paused": False}
    for word in state or ():
        _one_of(word.lower(), (*known,), "--state")
    wanted = {known[word.lower()] for word in state or known}
    of = [find(backend, name)] if name is not None else every_deployment(backend, DeploymentQuery(flow_names=flow))
    bound = since(since_)
    items = (
        each
        for each in _all(backend, of)
        if (each.state == "active") in wanted and (bound is None or each.schedule.created >= bound)
    )
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_ or name))
    present(SCHEDULES, items, asked)


def _all(backend: Backend, deployments: Iterator[Deployment] | list[Deployment]) -> Iterator[Listed]:
    for of in deployments:
        for schedule in backend.call(w.SCHEDULE_LIST, w.OfDeployment(of.id)).items:
            yield _listed(backend, of, schedule)


def _listed(backend: Backend, of: Deployment, schedule: Schedule) -> Listed:
    found = backend.call(w.SCHEDULE_NEXT, w.Foretell(id=schedule.id, limit=1)).items
    return Listed(of, schedule, ago(found[0], clock.now()) if found else "")


@app.command("inspect")
def inspect(name: Name, schedule: Which = None, output: OutputOption = Output.TABLE) -> None:
    """Show a schedule: its rule, what it does with missed and overlapping runs, when it fires next, who changed it and why.

    For example:

        segue deployment schedule inspect etl/nightly mornings
    """
    backend = opened()
    of = find(backend, name)
    found = pick(backend, of, schedule)
    change = last_change(backend, f"segue.schedule.{found.id}")
    foretold = backend.call(w.SCHEDULE_NEXT, w.Foretell(id=found.id, limit=5)).foreseen
    if output is Output.JSON:
        facts = {**msgspec.to_builtins(found), "next": msgspec.to_builtins(foretold), **change_facts(change)}
        typer.echo(as_json(facts))
        return
    for label, told in _lines(_listed(backend, of, found)):
        typer.echo(f"{label:<12}{told}")
    now = clock.now()
    for n, each in enumerate(foretold):
        note = f"  {each.note}" if each.note else ""
        local = each.local.replace("T", " ")
        typer.echo(f"{'Next' if n == 0 else '':<12}{local} ({ago(each.instant, now)}){note}")
    typer.echo(f"{'Changed':<12}{change_words(change)}\n{'Id':<12}{found.id}")


def _lines(listed: Listed) -> Iterator[tuple[str, str]]:
    of = listed.schedule
    yield "Deployment", f"{listed.deployment.flow_name}/{listed.deployment.name}"
    yield "Schedule", f"{o.title(of)} ({listed.state})"
    yield "Fires", _words(of)
    if of.start is not None:
        yield "From", of.start.isoformat(" ")
    if of.end is not None:
        yield "Until", of.end.isoformat(" ")
    if of.jitter:
        yield "Jitter", f"up to {duration(of.jitter)}"
    if of.parameters:
        yield "Parameters", short(of.parameters)
    yield "Missed", f"catch up: {catch_up_words(of)}"
    yield "Overlap", of.overlap


def summary(backend: Backend, of: Deployment) -> Iterator[str]:
    """Yield a line for each schedule of a deployment."""
    for each in _all(backend, [of]):
        what = f"{o.title(each.schedule)}: {_words(each.schedule)}"
        yield f"{what}, next {each.next}" if each.next else f"{what} ({each.state})"


@app.command("pause")
def pause(
    name: Name,
    schedule: Which = None,
    all_: Annotated[bool, typer.Option("--all", help="All schedules of the deployment.")] = False,
    reason: ReasonOption = None,
) -> None:
    """Let a schedule rest; its runs that nobody has begun are taken away, and each instant it rests at is recorded.

    For example:

        segue deployment schedule pause etl/nightly mornings --reason "source is down"
    """
    because(reason)
    _set_active(name, schedule, all_=all_, active=False)


@app.command("resume")
def resume(
    name: Name,
    schedule: Which = None,
    all_: Annotated[bool, typer.Option("--all", help="All schedules of the deployment.")] = False,
    reason: ReasonOption = None,
) -> None:
    """Let a schedule go on.

    For example:

        segue deployment schedule resume etl/nightly mornings
    """
    because(reason)
    _set_active(name, schedule, all_=all_, active=True)


def _set_active(name: str, schedule: str | None, *, all_: bool, active: bool) -> None:
    backend = opened()
    of = find(backend, name)
    if all_ and schedule is not None:
        raise Fault("Say a schedule or --all, not both.", Exit.USAGE)
    chosen = backend.call(w.SCHEDULE_LIST, w.OfDeployment(of.id)).items if all_ else [pick(backend, of, schedule)]
    verb = "Resumed" if active else "Paused"
    for each in chosen:
        if each.active is active:
            typer.echo(
                f"Schedule {o.title(each)} of {of.flow_name}/{of.name} is {'active' if active else 'paused'} already."
            )
            continue
        backend.call(w.SCHEDULE_EDIT, w.EditSchedule(id=each.id, active=active))
        typer.echo(f"{verb} schedule {o.title(each)} of {of.flow_name}/{of.name}.")
    if active and of.paused:
        typer.echo(f"The deployment itself is paused; `segue deployment resume {of.flow_name}/{of.name}` lets it fire.")


@app.command("delete")
def delete(name: Name, schedule: Which = None, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a schedule and its runs that nobody has begun; what became of its instants stays recorded.

    For example:

        segue deployment schedule delete etl/nightly mornings --yes
    """
    because(reason)
    backend = opened()
    of = find(backend, name)
    found = pick(backend, of, schedule)
    confirm(f"Delete schedule {o.title(found)} ({spelled(found.rule)}) of {of.flow_name}/{of.name}?", yes=yes)
    backend.call(w.SCHEDULE_DELETE, ById(found.id))
    typer.echo(f"Deleted schedule {o.title(found)} of {of.flow_name}/{of.name}.")


@app.command("clear")
def clear(name: Name, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete all schedules of a deployment, and their runs that nobody has begun.

    For example:

        segue deployment schedule clear etl/nightly --yes
    """
    because(reason)
    backend = opened()
    of = find(backend, name)
    many = plural(len(backend.call(w.SCHEDULE_LIST, w.OfDeployment(of.id)).items), "schedule")
    confirm(f"Delete {many} of {of.flow_name}/{of.name}?", yes=yes)
    backend.call(w.SCHEDULE_CLEAR, w.OfDeployment(of.id))
    typer.echo(f"Deleted {many} of {of.flow_name}/{of.name}.")


class Became(NamedTuple):
    """What became of an instant, with what its schedule and its run are called."""

    firing: Firing
    schedule: str
    run: str


_LOOKS = {"fired": "good", "queued": "SCHEDULED", "skipped": "warning"}

HISTORY: Kind[Became] = Kind(
    columns=(
        Column("INSTANT"), Column("SCHEDULE"), Column("OUTCOME"), Column("RUN"), Column("WHY", stretches=True),
    ),
    cells=lambda each: (
        Cell(words.instant(each.firing.instant, clock.now())),
        Cell(each.schedule),
        Cell(each.firing.outcome, _LOOKS[each.firing.outcome]),
        Cell(each.run, "strong"),
        Cell(each.firing.reason or ""),
    ),
    facts=lambda each: {**msgspec.to_builtins(each.firing), "schedule": each.schedule, "flow_run_name": each.run or None},
    none_yet="None of its instants has come yet. `segue schedule preview NAME` says when they come.",
    none_fits="No instant fits. Without options all of them are listed.",
)  # fmt: skip


@app.command("history")
def history(
    name: Name,
    schedule: Which = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="OUTCOME", help="Only fired, queued or skipped; repeat for several."),
    ] = None,
    since_: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only instants since: 15m, 1h, 2d, or a date and time."),
    ] = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what became of each instant of a deployment's schedules, newest first: its run, or why it did not fire.

    For example:

        segue deployment schedule history etl/nightly --outcome skipped --since 2d
    """
    backend = opened()
    of = find(backend, name)
    titles = {each.id: o.title(each) for each in backend.call(w.SCHEDULE_LIST, w.OfDeployment(of.id)).items}
    query = w.FiringQuery(
        deployment_ids=[of.id],
        schedule_ids=None if schedule is None else [pick(backend, of, schedule).id],
        outcomes=[_one_of(each.lower(), FiringOutcome, "--outcome") for each in outcome] if outcome else None,  # type: ignore[misc]  # checked
        instant_after=since(since_),
        limit=PAGE if count else min(PAGE, limit + 1),
    )
    asked = Asked(limit, count, output, narrowed=bool(schedule or outcome or since_))
    present(HISTORY, _became(backend, query, titles), asked)


def _became(backend: Backend, query: w.FiringQuery, titles: dict[str, str]) -> Iterator[Became]:
    while True:
        page = backend.call(w.FIRING_LIST, query)
        ids = [each.flow_run_id for each in page.items if each.flow_run_id is not None]
        runs = backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(ids=ids), limit=len(ids))).items if ids else []
        names = {run.id: run.name for run in runs}
        for each in page.items:
            title = titles.get(each.schedule_id, f"{each.schedule_id[-8:]} (deleted)")
            yield Became(each, title, names.get(each.flow_run_id or "", ""))
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)
