"""Cancelling a run, and saying truthfully how far that has come."""

from __future__ import annotations

import typer

from segue.backend.protocol import Backend
from segue.backend.reaper import Reaper
from segue.cli.faults import Exit, Fault
from segue.cli.holding import kill, lease_of, others_of, until
from segue.cli.record import person
from segue.cli.words import typed
from segue.engine.stamp import cancelling
from segue.model.runs import FlowRun
from segue.model.states import Cancelled, Cancelling
from segue.wire.operations import FLOW_RUN_PROPOSE, FLOW_RUN_READ
from segue.wire.requests import ById, OpenLease, Proposal

#: Seconds in which a run that can stop has usually stopped.
SOON = 3.0


def cancel(backend: Backend, run: FlowRun, *, why: str | None, force: bool, wait: bool) -> Exit:
    """Ask a run to stop and say what came of it; with `force` its process is killed. Returns the exit code."""
    if run.state.final:
        raise Fault(f"Flow run {run.name} has ended already, as {run.state.name}.", Exit.REFUSED)
    if not isinstance(run.state, Cancelling):
        asked = cancelling(why, person())
        backend.call(FLOW_RUN_PROPOSE, Proposal(id=run.id, state=asked))
    lease = lease_of(backend, run)
    if force and lease is not None:
        _force(backend, run, lease)
    else:
        reaper = Reaper(backend)
        until(lambda: _ended(backend, reaper, run), None if wait else SOON)
    return _say(backend, run)


def _ended(backend: Backend, reaper: Reaper, run: FlowRun) -> bool:
    reaper.look()
    return backend.call(FLOW_RUN_READ, ById(run.id)).state.final


def _force(backend: Backend, run: FlowRun, lease: OpenLease) -> None:
    if run.lease_id not in (None, run.id):
        raise Fault(
            f"Flow run {run.name} is a subflow; the process that runs it also runs the flow that called it.",
            Exit.REFUSED,
            hint=f"Force that one: segue flow-run cancel {run.lease_id} --force",
        )
    others = others_of(backend, lease.holder, run)
    kill(backend, lease)
    typer.echo(f"Killed process {lease.holder.pid}.")
    for other in others:
        now = backend.call(FLOW_RUN_READ, ById(other.id))
        typer.echo(f"Flow run {other.name} ran in the same process and is {now.state.name} now.")


def _say(backend: Backend, run: FlowRun) -> Exit:
    now = backend.call(FLOW_RUN_READ, ById(run.id))
    match now.state:
        case Cancelled():
            typer.echo(f"Flow run {run.name} is Cancelled. {now.state.message or ''}".rstrip())
            return Exit.DONE
        case Cancelling():
            lease = lease_of(backend, now)
            where = f"process {lease.holder.pid} on {lease.holder.host}" if lease is not None else "its process"
            typer.echo(f"Flow run {run.name} is Cancelling: {where} was asked to stop and has not stopped yet.")
            name = typed(run.name)
            typer.echo(f"  segue flow-run watch {name}           to see it stop")
            typer.echo(f"  segue flow-run cancel {name} --force  to kill that process")
            return Exit.DONE
        case state:
            typer.echo(f"Flow run {run.name} ended as {state.name} before it could be cancelled.")
            return Exit.FAILED
