"""Running a recorded flow run again, here, in the foreground."""

from __future__ import annotations

from datetime import datetime

import typer

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.cli.foreground import end
from segue.cli.words import typed
from segue.flows import rerun
from segue.host import clock
from segue.loading import load_flow
from segue.model.runs import FlowRun
from segue.wire.operations import TASK_RUN_COUNT, TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery

#: Task runs that are named; of the others it is said how many there are.
_NAMED = 10


def retry(backend: Backend, run: FlowRun) -> Exit:
    """Run it again under its own id; returns the exit code."""
    if run.parent_flow_run_id is not None and run.deployment_id is None:
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
    begun = clock.now()
    state = rerun(flow, run.id, dict(run.parameters))
    backend.flush()
    _say_reused(backend, run, begun)
    return end(backend, state, run.id)


def _say_reused(backend: Backend, run: FlowRun, begun: datetime) -> None:
    """Say which results of earlier were taken, so that nobody wonders why the attempt was short."""
    where = RunFilter(flow_run_ids=[run.id], created_after=begun, state_names=["Cached"])
    many = backend.call(TASK_RUN_COUNT, where).count
    if many:
        found = backend.call(TASK_RUN_LIST, RunQuery(where=where, sort="created", limit=_NAMED)).items
        more = f" and {many - len(found):,} more" if many > len(found) else ""
        typer.echo(f"Reused from before: {', '.join(task.name for task in found)}{more}", err=True)
