"""Closing runs whose process is gone, also where this command cannot look: by waiting for a sign of life."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.backend.reaper import Reaper, out_of_sight
from segue.cli.listing import as_json, state_facts
from segue.cli.options import Output
from segue.cli.words import plural
from segue.host import clock
from segue.model.runs import FlowRun, Id
from segue.wire.operations import FLOW_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import FULL_LEASE, OpenLease

#: Seconds between two looks.
LOOK = 1.0
#: Seconds after which a lease that was granted just before has expired, and whoever lives has renewed it.
_PATIENCE = FULL_LEASE + 10


def close_lost(backend: Backend, closed: Iterable[Id], output: Output) -> None:
    """Close what can be proven lost, and say what was closed; `closed` are the flow runs that were closed before."""
    reaper = Reaper(backend)
    gone = [*closed, *reaper.look().flow_runs]
    silent = [] if backend.is_remote else [lease for lease in out_of_sight(backend) if not lease.over]
    if silent:
        typer.echo(_why_it_waits(silent), err=True)
    while silent and reaper.served < _PATIENCE:
        clock.pause(LOOK)
        gone += reaper.look().flow_runs
        # What was renewed meanwhile has another time at which it expires.
        silent = [lease for lease in out_of_sight(backend) if lease in silent]
    _say(_runs(backend, gone), output, backend)


def _why_it_waits(silent: list[OpenLease]) -> str:
    who = sorted({f"process {lease.holder.pid} on {lease.holder.host}" for lease in silent})
    named = ", ".join(who[:3]) + (f" and {len(who) - 3} more" if len(who) > 3 else "")
    return f"Not to be seen from here: {named}. Waiting up to {FULL_LEASE:g} s for a sign of life."


def _runs(backend: Backend, ids: list[Id]) -> list[FlowRun]:
    if not ids:
        return []
    query = RunQuery(where=RunFilter(ids=ids), limit=200)
    return list(every_item(lambda asked: backend.call(FLOW_RUN_LIST, asked), query))


def _say(runs: list[FlowRun], output: Output, backend: Backend) -> None:
    if output is Output.JSON:
        facts = [{"id": run.id, "name": run.name, "state": state_facts(run.state.kind, run.state.name)} for run in runs]
        typer.echo(as_json(facts))
        return
    for run in runs:
        typer.echo(f"Flow run {run.name} is {run.state.name}: {run.state.message or ''}".rstrip(": "))
    if runs:
        typer.echo(f"Closed {plural(len(runs), 'flow run')}. `segue flow-run retry NAME` runs one again.")
    else:
        typer.echo("No run is lost: whatever is open is held by a process that lives.")
    if backend.is_remote:
        typer.echo("What processes of other machines have lost is closed by the server, without being asked.")
