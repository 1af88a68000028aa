"""`segue deployment`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import typer

from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
from segue.cli.deployment_names import Name, every_deployment, find
from segue.cli.deployment_schedule import app as schedules
from segue.cli.deployment_schedule import summary
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
    age,
    parameters,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened, person
from segue.cli.words import ago, instant, short
from segue.host import clock
from segue.host.ids import new_id
from segue.model.deployments import Deployment
from segue.wire import deployments as w
from segue.wire.requests import ById

app = noun("Deployments: flows that can be run elsewhere.")
app.add_typer(schedules, name="schedule")


DEPLOYMENTS: Kind[Deployment] = Kind(
    columns=(
        Column("NAME", stretches=True), Column("POOL"), Column("QUEUE", spare=True), Column("VERSION", right=True),
        Column("PAUSED"), Column("CHANGED"),
    ),
    cells=lambda each: (
        Cell(f"{each.flow_name}/{each.name}", "strong"),
        Cell(each.work_pool_name or ""),
        Cell(each.work_queue_name or ""),
        Cell(str(each.version_number)),
        Cell("yes" if each.paused else ""),
        Cell(ago(each.updated, clock.now())),
    ),
    facts=msgspec.to_builtins,
    none_yet="There are no deployments yet. `FLOW.serve()` or `FLOW.deploy()` in Python makes one.",
    none_fits="No deployment fits. `segue deployment ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    pool: Annotated[str | None, typer.Option("--pool", metavar="POOL", help="Only of this work pool.")] = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List deployments, newest first. They have no state: asking for one finds none.

    For example:

        segue deployment ls --flow etl
    """
    backend = opened()
    query = w.DeploymentQuery(
        flow_names=flow,
        work_pool_names=None if pool is None else [pool],
        created_after=since(since_),
        sort="-created",
        limit=PAGE,
    )
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_ or pool))
    if state:
        present(DEPLOYMENTS, (), asked)
        return
    present(
        DEPLOYMENTS,
        every_deployment(backend, query),
        asked,
        total=lambda: backend.call(w.DEPLOYMENT_COUNT, query).count,
    )


@app.command("inspect")
def inspect(name: Name, output: OutputOption = Output.TABLE) -> None:
    """Show a deployment: where its code is, where it runs, its parameters, its versions, who changed it last and why.

    For example:

        segue deployment inspect etl/nightly -o json
    """
    backend = opened()
    found = find(backend, name)
    change = last_change(backend, f"segue.deployment.{found.id}")
    if output is Output.JSON:
        typer.echo(as_json({**msgspec.to_builtins(found), **change_facts(change)}))
        return
    for label, words in _lines(found):
        typer.echo(f"{label:<12}{words}")
    for n, words in enumerate(summary(backend, found)):
        typer.echo(f"{'Schedules' if n == 0 else '':<12}{words}")
    now = clock.now()
    versions = backend.call(w.DEPLOYMENT_VERSIONS, w.VersionQuery(id=found.id, limit=5)).items
    for n, each in enumerate(versions):
        by = f" by {each.created_by.name}" if each.created_by is not None else ""
        label = f"{each.number}" + (f" ({each.deployment.version})" if each.deployment.version else "")
        typer.echo(f"{'Versions' if n == 0 else '':<12}{label}, {ago(each.created, now)}{by}")
    typer.echo(f"{'Changed':<12}{change_words(change)}\n{'Id':<12}{found.id}")


def _lines(of: Deployment) -> Iterator[tuple[str, str]]:
    yield "Name", f"{of.flow_name}/{of.name}{' (paused)' if of.paused else ''}"
    if of.keep_running:
        yield "Service", "not begun again: it is paused" if of.paused else "kept running: begun again when its run ends"
    if of.description:
        yield "About", short(of.description)
    if of.tags:
        yield "Tags", ", ".join(of.tags)
    yield "Runs on", f"{of.work_pool_name}/{of.work_queue_name}" if of.work_pool_name else "whoever serves it"
    yield "Entrypoint", of.entrypoint or "none"
    if of.path:
        yield "Folder", of.path
    for n, step in enumerate(of.pull_steps):
        yield ("Code" if n == 0 else ""), short(step)
    known = of.parameter_openapi_schema.get("properties")
    properties = known if isinstance(known, dict) else {}
    required = of.parameter_openapi_schema.get("required")
    for n, parameter in enumerate({**properties, **of.parameters}):
        part = properties.get(parameter, {})
        if parameter in of.parameters:
            value = f" = {short(of.parameters[parameter], 60)}"
        elif "default" in part:
            value = f" = {short(part['default'], 60)} (the flow's own)"
        else:
            value = " (required)" if isinstance(required, list) and parameter in required else ""
        yield ("Parameters" if n == 0 else ""), f"{parameter}{value}"
    if of.job_variables:
        yield "Job", short(of.job_variables)
    if of.concurrency_limit is not None:
        full = "waits" if of.concurrency_options.collision_strategy == "ENQUEUE" else "is cancelled"
        yield "Limit", f"{of.concurrency_limit} at once; another {full}"


@app.command("run")
def run(
    name: Name,
    param: ParameterOption = None,
    params: Annotated[
        str | None, typer.Option("--params", metavar="JSON", help="All parameters as one JSON object.")
    ] = None,
    start_in: Annotated[
        str | None, typer.Option("--start-in", metavar="AGE", help="Begin later: 90s, 15m, 2h, 1d.")
    ] = None,
    start_at: Annotated[
        str | None,
        typer.Option("--start-at", metavar="WHEN", help="Begin at a date and time, such as 2026-01-31T08:00."),
    ] = None,
    job_variable: Annotated[
        list[str] | None,
        typer.Option("--job-variable", "-jv", metavar="KEY=VALUE", help="A variable of the job; repeat for several."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag; repeat for several.")] = None,
    flow_run_name: Annotated[
        str | None, typer.Option("--flow-run-name", metavar="NAME", help="Name of the run.")
    ] = None,
    queue: Annotated[str | None, typer.Option("--queue", metavar="QUEUE", help="Another queue of its pool.")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the run until it ends; its end is the exit code.")
    ] = False,
    watch_timeout: Annotated[
        float | None, typer.Option("--watch-timeout", metavar="SECONDS", min=0, help="Watch no longer than this.")
    ] = None,
    reason: ReasonOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a run of a deployment; a worker, or whoever serves it, starts it.

    For example:

        segue deployment run etl/nightly -p day=2026-01-31 --start-in 15m
    """
    because(reason)
    backend = opened()
    found = find(backend, name)
    request = w.NewRunOfDeployment(
        deployment_id=found.id, id=new_id(), name=flow_run_name or "", parameters=parameters(param, params),
        scheduled_time=_when(start_in, start_at), tags=tag or [], job_variables=parameters(job_variable), work_queue_name=queue,
        created_by=person(),
    )  # fmt: skip
    made = backend.call(w.DEPLOYMENT_RUN, request)
    if output is Output.JSON:
        typer.echo(as_json(made))
    else:
        when = "now" if request.scheduled_time is None else instant(made.expected_start_time, clock.now())
        typer.echo(f"Made flow run {made.name} of {found.flow_name}/{found.name}, to begin {when}.")
        if not watch:
            typer.echo(f"next  segue flow-run watch {made.name}")
    if watch:
        from segue.cli.watching import watch as show  # noqa: PLC0415 - a door: rich is loaded by those who watch

        raise typer.Exit(show(backend, made, watch_timeout))


def _when(start_in: str | None, start_at: str | None) -> datetime | None:
    if start_in is not None and start_at is not None:
        raise Fault("Say --start-in or --start-at, not both.", Exit.USAGE)
    if start_in is not None:
        later: timedelta = age(start_in.removeprefix("in "))
        return clock.now() + later
    if start_at is None:
        return None
    try:
        return datetime.fromisoformat(start_at).astimezone(UTC)
    except ValueError:
        raise Fault(f"--start-at {start_at!r} is not a date and time such as 2026-01-31T08:00.", Exit.USAGE) from None


@app.command("pause")
def pause(name: Name, reason: ReasonOption = None) -> None:
    """Let the schedules of a deployment rest, and end its run where it is kept running; it can still be run by hand.

    For example:

        segue deployment pause etl/nightly --reason "source is down"
    """
    because(reason)
    _set_paused(name, paused=True)


@app.command("resume")
def resume(name: Name, reason: ReasonOption = None) -> None:
    """Let the schedules of a deployment go on.

    For example:

        segue deployment resume etl/nightly
    """
    because(reason)
    _set_paused(name, paused=False)


@app.command("keep-running")
def keep_running(
    name: Name,
    off: Annotated[
        bool, typer.Option("--off", help="No longer: its run is asked to end, and no other follows.")
    ] = False,
    reason: ReasonOption = None,
) -> None:
    """Make a service of a deployment: one run of it is under way at any time, and begun again when it ends.

    To end it for a while, pause the deployment. For example:

        segue deployment keep-running listener/orders
    """
    because(reason)
    backend = opened()
    found = find(backend, name)
    backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=found.id, keep_running=not off))
    typer.echo(f"Deployment {found.flow_name}/{found.name} is {'no longer ' if off else ''}kept running.")


def _set_paused(name: str, *, paused: bool) -> None:
    backend = opened()
    found = find(backend, name)
    backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=found.id, paused=paused))
    typer.echo(f"{'Paused' if paused else 'Resumed'} deployment {found.flow_name}/{found.name}.")


@app.command("delete")
def delete(name: Name, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a deployment; its runs that have not begun are cancelled, the others stay.

    For example:

        segue deployment delete etl/nightly --yes
    """
    because(reason)
    backend = opened()
    found = find(backend, name)
    confirm(f"Delete deployment {found.flow_name}/{found.name}?", yes=yes)
    backend.call(w.DEPLOYMENT_DELETE, ById(found.id))
    typer.echo(f"Deleted deployment {found.flow_name}/{found.name}.")
