"""`segue schedule`."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli import schedule_options as o
from segue.cli.cells import Cell, Column
from segue.cli.deployment_names import find
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption
from segue.cli.record import opened
from segue.cli.words import ago
from segue.decide.schedules import spelled
from segue.host import clock
from segue.model.errors import BadRequest
from segue.model.schedules import Foreseen, Schedule
from segue.wire import schedules as w

app = noun("When a rule, or a deployment, will fire.")


@app.callback()
def _group() -> None:  # one command alone would otherwise lose its name
    pass


class Coming(NamedTuple):
    """An instant to come, and of which schedule it is."""

    foreseen: Foreseen
    schedule: Schedule | None


@app.command("preview")
def preview(
    rule: Annotated[
        str,
        typer.Argument(
            help="A cron rule, a span of time, a recurrence rule; or a deployment, for what it has.", metavar="RULE"
        ),
    ],
    timezone: o.ZoneOption = None,
    anchor_date: o.AnchorOption = None,
    day_or: o.DayOrOption = True,
    number: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, max=w.MOST, help="So many instants.")
    ] = 10,
    after: Annotated[
        str | None, typer.Option("--after", metavar="WHEN", help="From this date and time on; by default from now on.")
    ] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show when a rule fires next, and what jumps of the clock do to it.

    For example:

        segue schedule preview "30 2 * * *" --timezone Europe/Berlin --after 2027-03-27 -n 3
    """
    backend = opened()
    begin = o.when(after, "--after", timezone)
    asked = o.understood(rule, anchor=anchor_date, of=timezone, day_or=day_or)
    if asked is None:
        _of_deployment(backend, rule, begin, number, output)
        return
    try:
        found = backend.call(w.SCHEDULE_PREVIEW, w.Preview(rule=asked.rule, limit=number, after=begin)).foreseen
    except BadRequest as problem:
        raise Fault(str(problem), Exit.USAGE) from None
    if output is Output.TABLE:
        typer.echo(f"{spelled(asked.rule)} in {asked.rule.timezone}")
    _show([Coming(each, None) for each in found], output)


def _of_deployment(backend: Backend, name: str, after: datetime | None, number: int, output: Output) -> None:
    of = find(backend, name)
    schedules = backend.call(w.SCHEDULE_LIST, w.OfDeployment(of.id)).items
    if not schedules:
        raise Fault(
            f"Deployment {of.flow_name}/{of.name} has no schedule.", Exit.NOT_FOUND,
            hint=f"`segue deployment schedule create {of.flow_name}/{of.name} --cron '0 9 * * *'` gives it one.",
        )  # fmt: skip
    coming = []
    for each in schedules:
        asked = w.Foretell(id=each.id, limit=number, after=after, even_paused=True)
        coming.append([Coming(one, each) for one in backend.call(w.SCHEDULE_NEXT, asked).foreseen])
        if output is Output.TABLE:
            rests = "deployment paused" if of.paused else "" if each.active else "paused"
            state = f" ({rests}: it would fire)" if rests else ""
            typer.echo(f"{o.title(each)}: {spelled(each.rule)} in {each.rule.timezone}{state}")
    merged = list(heapq.merge(*coming, key=lambda one: one.foreseen.instant))
    _show(merged[:number], output)


def _show(coming: Sequence[Coming], output: Output) -> None:
    if output is Output.JSON:
        typer.echo(as_json([_facts(each) for each in coming]))
        return
    if not coming:
        typer.echo("It does not fire any more.")
        return
    from segue.cli.tables import print_table  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    several = any(each.schedule is not None for each in coming)
    columns = [
        *([Column("SCHEDULE")] if several else []), Column("FIRES"), Column("UTC"), Column("WHEN"), Column("NOTE", stretches=True),
    ]  # fmt: skip
    print_table(columns, [_cells(each) for each in coming])


def _facts(of: Coming) -> dict[str, object]:
    facts: dict[str, object] = msgspec.to_builtins(of.foreseen)
    if of.schedule is not None:
        facts |= {"schedule_id": of.schedule.id, "slug": of.schedule.slug}
    return facts


def _cells(of: Coming) -> list[Cell]:
    found = of.foreseen
    local = datetime.fromisoformat(found.local)
    late = (found.at - found.instant).total_seconds()
    jitter = f"Its run begins {late:.0f} s later (jitter)." if late >= 1 else ""
    return [
        *([Cell(o.title(of.schedule))] if of.schedule is not None else []),
        Cell(f"{local:%a %Y-%m-%d %H:%M:%S %z}", "strong"),
        Cell(f"{found.instant:%Y-%m-%d %H:%M:%S}"),
        Cell(ago(found.instant, clock.now())),
        Cell(" ".join(filter(None, (found.note, jitter)))),
    ]
