"""Filters on one kind of thing that narrow a list of another: runs of these flows, flows of those runs."""

from __future__ import annotations

from segue.backend.protocol import Backend
from segue.client.listings import FLOW_RUNS, FLOWS, TASK_RUNS
from segue.client.schemas.filters import FlowFilter, FlowRunFilter, TaskRunFilter
from segue.client.search import Wire, every, take_apart, within


def runs_of_flows(backend: Backend, wire: Wire, flows: FlowFilter | None) -> None:
    """Narrow a query for runs to the runs of some flows."""
    if flows is None:
        return
    columns = {("id", "any_"): "flow_ids", ("name", "any_"): "flow_names"}
    asked = take_apart(columns, flows, {})
    if asked.rest is None:
        wire.update(asked.wire)
    else:
        within(wire, "flow_ids", [str(flow.id) for flow in every(backend, FLOWS, flows)])


def by_flow_runs(
    backend: Backend,
    wire: Wire,
    column: str,
    *,
    flows: FlowFilter | None = None,
    flow_runs: FlowRunFilter | None = None,
    of_flow: bool = False,
) -> None:
    """Narrow a query to what belongs to some flow runs; `of_flow`: to their flows."""
    if flow_runs is None and flows is None:
        return
    inner: Wire = {}
    runs_of_flows(backend, inner, flows)
    found = every(backend, FLOW_RUNS, flow_runs, extra=inner)
    within(wire, column, sorted({str(run.flow_id if of_flow else run.id) for run in found}))


def by_task_runs(
    backend: Backend, wire: Wire, column: str, task_runs: TaskRunFilter | None, *, own: bool = False
) -> None:
    """Narrow a query to what belongs to the flow runs of some task runs; `own`: to the task runs themselves."""
    if task_runs is None:
        return
    found = every(backend, TASK_RUNS, task_runs)
    ids = {str(run.id) if own else str(run.flow_run_id) for run in found if own or run.flow_run_id is not None}
    within(wire, column, sorted(ids))
