"""Letting a paused flow run go on."""

from __future__ import annotations

import typer

from segue.cli.faults import Exit, Fault
from segue.cli.words import typed
from segue.client.orchestration import SyncSegueClient
from segue.client.schemas.responses import SetStateStatus
from segue.model.runs import FlowRun


def resume(run: FlowRun, given: dict[str, object]) -> None:
    """Let it go on with an input; raises `Fault` when it is not paused or the input does not fit."""
    result = SyncSegueClient().resume_flow_run(run.id, given)
    match result.status:
        case SetStateStatus.ACCEPT:
            typer.echo(f"Flow run {run.name} goes on.")
        case SetStateStatus.ABORT:
            raise Fault(f"Flow run {run.name} is not paused: it is {run.state.name}.", Exit.REFUSED)
        case _:
            reason = getattr(result.details, "reason", None)
            hint = f"`segue flow-run inspect {typed(run.name)}` says what it asks for."
            raise Fault(f"Flow run {run.name} cannot go on. {reason or ''}".strip(), Exit.REFUSED, hint=hint)
