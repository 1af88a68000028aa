"""`segue flow`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.flow_serve import serve
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present, state_facts
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    SinceOption,
    StateOption,
    States,
    since,
    states,
)
from segue.cli.record import PAGE, complete_flow, opened
from segue.cli.words import ago, duration
from segue.host import clock
from segue.model.runs import Flow, FlowRun
from segue.wire.operations import FLOW_COUNT, FLOW_LIST, FLOW_RUN_COUNT, FLOW_RUN_LIST
from segue.wire.queries import FlowQuery, RunFilter, RunQuery

app = noun("Flows that ran here.")
app.command("serve")(serve)


class Seen(msgspec.Struct, frozen=True):
    """A flow and its newest run."""

    flow: Flow
    newest: FlowRun | None


FLOWS: Kind[Seen] = Kind(
    columns=(
        Column("NAME", stretches=True), Column("NEWEST RUN", stretches=True), Column("STATE"), Column("WHEN"), Column("SINCE"),
    ),
    cells=lambda seen: (
        Cell(seen.flow.name, "strong"),
        Cell(seen.newest.name if seen.newest is not None else ""),
        Cell(seen.newest.state.name, seen.newest.state.kind) if seen.newest is not None else Cell("never ran"),
        Cell(ago(seen.newest.created, clock.now()) if seen.newest is not None else ""),
        Cell(ago(seen.flow.created, clock.now()), "faint"),
    ),
    facts=lambda seen: {
        "id": seen.flow.id,
        "name": seen.flow.name,
        "state": state_facts(seen.newest.state.kind, seen.newest.state.name) if seen.newest is not None else None,
        "created": seen.flow.created,
        "tags": seen.flow.tags,
        "newest_run": {"id": seen.newest.id, "name": seen.newest.name} if seen.newest is not None else None,
    },
    none_yet="No flow ran here yet. Put @flow on a function, call it, or type `segue run FILE.py:FUNCTION`.",
    none_fits="No flow fits. `segue flow ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List flows, newest first; a flow's state is that of its newest run.

    For example:

        segue flow ls --state Failed
    """
    backend, wanted = opened(), states(state)
    query = FlowQuery(names=flow, created_after=since(since_), limit=PAGE)
    plain = not (wanted.types or wanted.names)
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    total = (lambda: backend.call(FLOW_COUNT, query).count) if plain else None
    present(FLOWS, _seen(backend, query, wanted), asked, total=total)


def _seen(backend: Backend, query: FlowQuery, wanted: States) -> Iterator[Seen]:
    while True:
        page = backend.call(FLOW_LIST, query)
        yield from (seen for seen in (Seen(flow, _newest(backend, flow)) for flow in page.items) if _fits(seen, wanted))
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)


def _fits(seen: Seen, wanted: States) -> bool:
    if seen.newest is None:
        return not (wanted.types or wanted.names)
    return wanted.hold(seen.newest.state.kind, seen.newest.state.name)


def _newest(backend: Backend, flow: Flow) -> FlowRun | None:
    runs = backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(flow_ids=[flow.id]), limit=1)).items
    return next(iter(runs), None)


@app.command("inspect")
def inspect(
    flow: Annotated[str, typer.Argument(help="Name or id of a flow.", metavar="FLOW", autocompletion=complete_flow)],
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a flow: how its runs ended and how long they took.

    For example:

        segue flow inspect etl
    """
    backend = opened()
    found = (
        backend.call(FLOW_LIST, FlowQuery(names=[flow])).items or backend.call(FLOW_LIST, FlowQuery(ids=[flow])).items
    )
    if not found:
        raise Fault(f"There is no flow {flow!r}.", Exit.NOT_FOUND, hint="`segue flow ls` lists them.")
    one = found[0]
    runs = backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(flow_ids=[one.id]), limit=10)).items
    by_state = _by_state(backend, one)
    if output is Output.JSON:
        newest = [
            {"id": run.id, "name": run.name, "state": state_facts(run.state.kind, run.state.name)} for run in runs
        ]
        typer.echo(as_json({**msgspec.to_builtins(one), "runs_by_state": by_state, "newest_runs": newest}))
        return
    _show(one, runs, by_state)


def _by_state(backend: Backend, flow: Flow) -> dict[str, int]:
    kinds = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED", "RUNNING", "PENDING", "SCHEDULED", "PAUSED", "CANCELLING")
    many = {
        kind: backend.call(FLOW_RUN_COUNT, RunFilter(flow_ids=[flow.id], state_types=[kind])).count for kind in kinds
    }
    return {kind: count for kind, count in many.items() if count}


def _show(flow: Flow, runs: list[FlowRun], by_state: dict[str, int]) -> None:
    from segue.cli.tables import print_lines, print_table  # noqa: PLC0415 - a door: programs that read JSON skip it

    now = clock.now()
    counts = tuple(Cell(f"{many:,} {kind.lower()}   ", kind) for kind, many in by_state.items())
    print_lines([
        (Cell("Flow "), Cell(flow.name, "strong"), Cell(f"  {flow.id}", "faint")),
        Cell(f"First seen {ago(flow.created, now)}"),
        (Cell("Runs   "), *(counts or (Cell("none"),))),
        Cell(""),
    ])  # fmt: skip
    columns = (Column("NEWEST RUNS", stretches=True), Column("STATE"), Column("WHEN"), Column("TOOK", right=True))
    print_table(
        columns,
        [
            (
                Cell(run.name),
                Cell(run.state.name, run.state.kind),
                Cell(ago(run.created, now)),
                Cell(duration(run.total_run_time)),
            )
            for run in runs
        ],
    )
