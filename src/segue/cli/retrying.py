"""Running a recorded flow run again, here, in the foreground."""

from __future__ import annotations

import typer

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.cli.foreground import end
from segue.cli.words import typed
from segue.flows import rerun
from segue.loading import load_flow
from segue.model.runs import FlowRun


def retry(backend: Backend, run: FlowRun) -> Exit:
    """Run it again under its own id; returns the exit code."""
    if run.parent_flow_run_id is not None:
        raise Fault(
            f"Flow run {run.name} is a subflow: its parent calls it.",
            Exit.REFUSED,
            hint=f"Retry the parent: segue flow-run retry {run.root_flow_run_id or run.parent_flow_run_id}",
        )
    if not run.state.final:
        raise Fault(
            f"Flow run {run.name} has not ended: it is {run.state.name}.",
            Exit.REFUSED,
            hint=f"To see it end: segue flow-run watch {typed(run.name)}. If its machine is gone: segue flow-run close-lost",
        )
    if run.entrypoint is None:
        raise Fault(
            f"Flow run {run.name} was not started from a file, so its code cannot be found again.",
            Exit.REFUSED,
            hint="Call the flow from where it was called before.",
        )
    flow = load_flow(run.entrypoint, name=run.flow_name)
    typer.echo(f"Flow run {run.name}: attempt {run.run_count + 1}", err=True)
    return end(backend, rerun(flow, run.id, dict(run.parameters)), run.id)
