"""What automations made of the past: `segue automation explain`, `history`, `deliveries` and `test`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.automation_names import FileOption, JsonOption, Name, find, given
from segue.cli.automation_words import action_words
from segue.cli.cells import Cell, Column
from segue.cli.delivery_rows import DELIVERIES, StatusOption, status_of
from segue.cli.delivery_rows import every as every_delivery
from segue.cli.faults import Exit, Fault
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import CountOption, LimitOption, Output, OutputOption, SinceOption, since
from segue.cli.record import PAGE, opened
from segue.cli.words import ago, instant, plural
from segue.host import clock
from segue.model.automations import AutomationFiring, WaitedFor
from segue.wire import automations as w
from segue.wire import deliveries as d
from segue.wire.requests import ById

FIRINGS: Kind[AutomationFiring] = Kind(
    columns=(
        Column("FIRED"), Column("AUTOMATION", stretches=True), Column("STATE", spare=True), Column("WHY", stretches=True),
        Column("ID", spare=True),
    ),
    cells=lambda each: (
        Cell(ago(each.fired, clock.now())),
        Cell(each.automation_name, "strong"),
        Cell("Stopped" if each.stopped else each.state),
        Cell(each.reason),
        Cell(each.id),
    ),
    facts=msgspec.to_builtins,
    none_yet="No automation has fired yet.",
    none_fits="It has not fired. `segue automation explain` says why.",
)  # fmt: skip


def past(app: typer.Typer) -> None:
    """Give a group the commands of this file."""
    app.command("history")(history)
    app.command("firing")(firing)
    app.command("deliveries")(deliveries)
    app.command("explain")(explain)
    app.command("test")(attempt)


def history(
    name: Annotated[
        str | None, typer.Argument(help="Name of an automation, or its id; all without.", metavar="NAME")
    ] = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the firings of an automation, or of all, the latest first.

    For example:

        segue automation history "tell me" --since 1d
    """
    backend = opened()
    ids = None if name is None else [find(backend, name).id]
    query = w.AutomationFiringQuery(automation_ids=ids, fired_after=since(since_), limit=PAGE)
    present(FIRINGS, _firings(backend, query), Asked(limit, count, output, narrowed=name is not None or bool(since_)))


def _firings(backend: Backend, query: w.AutomationFiringQuery) -> Iterator[AutomationFiring]:
    return every_item(lambda asked: backend.call(w.AUTOMATION_FIRING_LIST, asked), query)


def firing(
    id: Annotated[str, typer.Argument(help="Id of a firing, as `history` lists it.", metavar="ID")],
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one firing: which events counted, what brought it about, what was done.

    For example:

        segue automation firing 0198c0de-0000-7000-8000-000000000000
    """
    backend = opened()
    found = backend.call(w.AUTOMATION_FIRING_READ, ById(id))
    if output is Output.JSON:
        typer.echo(as_json(found))
        return
    for line in _whole(found):
        typer.echo(line)


def _whole(found: w.FiringWithActions) -> Iterator[str]:
    of, now = found.firing, clock.now()
    yield f"{'Automation':<12}{of.automation_name} (version {of.version})"
    yield f"{of.state:<12}{instant(of.fired, now)}"
    yield f"{'Why':<12}{of.reason}"
    if of.labels:
        yield f"{'For':<12}{', '.join(f'{label} {value}' for label, value in of.labels.items())}"
    if of.children:
        for child in of.children:
            yield f"{'Trigger':<12}{child.trigger} at {instant(child.occurred, now)}"
            yield from (f"{'':<14}{each.event} of {each.resource_id}" for each in child.events)
    else:
        for n, each in enumerate(of.events):
            yield f"{'Counted' if n == 0 else '':<12}{each.event} of {each.resource_id} at {instant(each.occurred, now)}"
    if of.counted > len(of.events):
        yield f"{'':<12}and {of.counted - len(of.events)} before them"
    if of.caused_by is not None:
        yield f"{'Caused by':<12}firing {of.caused_by}"
    if of.stopped is not None:
        yield f"{'Stopped':<12}{of.stopped}"
    for n, action in enumerate(found.actions):
        problem = f": {action.problem}" if action.problem else ""
        yield f"{'Actions' if n == 0 else '':<12}{action.status:<9}{action_words(action.action)}{problem}"


def deliveries(
    name: Annotated[
        str | None, typer.Argument(help="Name of an automation, or its id; all without.", metavar="NAME")
    ] = None,
    state: StatusOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List what an automation, or any, told the world outside, the newest first: messages, calls of webhooks and of functions.

    `segue notification inspect` shows one with each of its attempts. For example:

        segue automation deliveries "tell me" --state failed
    """
    backend = opened()
    ids = None if name is None else [find(backend, name).id]
    statuses = None if state is None else [status_of(each) for each in state]
    query = d.DeliveryQuery(automation_ids=ids, statuses=statuses, created_after=since(since_), limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(name or state or since_))
    present(
        DELIVERIES, every_delivery(backend, query), asked, total=lambda: backend.call(d.DELIVERY_COUNT, query).count
    )


def explain(
    name: Name,
    event: Annotated[str | None, typer.Option("--event", metavar="ID", help="Why this event did not fire it.")] = None,
    limit: LimitOption = 10,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say why an automation has, or has not, fired: what it made of recent events, and what it waits for.

    For example:

        segue automation explain "tell me" --event 0198c0de-0000-7000-8000-000000000000
    """
    backend = opened()
    request = w.ExplainAutomation(id=find(backend, name).id, event_id=event, limit=max(1, min(limit, 100)))
    found = backend.call(w.AUTOMATION_EXPLAIN, request)
    if output is Output.JSON:
        typer.echo(as_json(found))
        return
    now = clock.now()
    typer.echo(found.sentence)
    for each in found.events if event is None else ():
        of = each.event
        typer.echo(f"\n{of.event} of {of.resource_id}, {ago(of.occurred, now)}\n  {each.outcome}: {each.sentence}")
    if found.waiting:
        typer.echo("\nNow:")
    for wait in found.waiting:
        typer.echo(f"  {_wait(wait)}")


def _wait(wait: WaitedFor) -> str:
    where = ", ".join(f"{label} {value}" for label, value in wait.labels.items())
    until = f" Until {instant(wait.until, clock.now())}." if wait.until is not None else ""
    return "".join([f"[{wait.trigger}] " if wait.trigger else "", f"{where}: " if where else "", wait.sentence, until])


def attempt(
    name: Annotated[str | None, typer.Argument(help="Name of an automation, or its id.", metavar="NAME")] = None,
    from_file: FileOption = None,
    from_json: JsonOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 20,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say what would have fired an automation in the past, one there is or one in a file; nothing is done about it.

    For example:

        segue automation test --from-file tell-me.yaml --since 7d
    """
    backend = opened()
    if name is not None and (from_file or from_json):
        raise Fault("Say one automation: by name, or --from-file, or --from-json.", Exit.USAGE)
    after = since(since_)
    described = [] if name is not None else given(from_file, from_json)
    asked = [
        *([w.TryAutomation(id=find(backend, name).id, occurred_after=after, limit=limit)] if name is not None else []),
        *(w.TryAutomation(automation=each, occurred_after=after, limit=limit) for each in described),
    ]
    tried = [backend.call(w.AUTOMATION_TRY, each) for each in asked]
    if output is Output.JSON:
        typer.echo(as_json(tried[0] if len(tried) == 1 else tried))
        return
    for found in tried:
        for line in _tried(found):
            typer.echo(line)


def _tried(found: w.Rehearsal) -> Iterator[str]:
    now = clock.now()
    span = f"between {found.began.astimezone():%Y-%m-%d %H:%M} and {found.ended.astimezone():%Y-%m-%d %H:%M}"
    yield f"It would have fired {plural(found.fired, 'time')} {span}."
    yield f"{plural(found.read, 'event')} had a name that it expects; {found.meant:,} of them are meant."
    if not found.whole:
        yield "That is not all that was asked for: so many events were looked at, and no more."
    for each in found.firings:
        yield f"  {instant(each.fired, now)}: {each.reason}"
    if found.fired > len(found.firings):
        yield f"  and {found.fired - len(found.firings)} times more"
    yield from (f"At the end: {_wait(wait)}" for wait in found.waiting)
