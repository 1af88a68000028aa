"""Filters on one kind of thing that narrow a list of another: runs of these flows, flows of those runs."""

from __future__ import annotations

from typing import Literal

from segue.backend.protocol import Backend
from segue.client.listings import FLOW_RUNS, FLOWS, TASK_RUNS
from segue.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    TaskRunFilter,
    WorkPoolFilter,
    WorkQueueFilter,
)
from segue.client.search import Wire, every, take_apart, within

#: What of a flow run another thing is found by.
What = Literal["id", "flow_id", "deployment_id"]


def of_flows(backend: Backend, wire: Wire, flows: FlowFilter | None) -> None:
    """Narrow a query for runs or deployments to those of some flows."""
    if flows is None:
        return
    columns = {("id", "any_"): "flow_ids", ("name", "any_"): "flow_names"}
    asked = take_apart(columns, flows, {})
    if asked.rest is None:
        wire.update(asked.wire)
    else:
        within(wire, "flow_ids", [str(flow.id) for flow in every(backend, FLOWS, flows)])


def of_deployments(backend: Backend, wire: Wire, deployments: DeploymentFilter | None) -> None:
    """Narrow a query for flow runs to the runs of some deployments."""
    if deployments is None:
        return
    from segue.client.deployed_listings import DEPLOYMENTS  # noqa: PLC0415 - a door: few lists of runs ask for it

    within(wire, "deployment_ids", [str(each.id) for each in every(backend, DEPLOYMENTS, deployments)])


def of_deployed(backend: Backend, wire: Wire, deployments: DeploymentFilter | None) -> None:
    """Narrow a query for flows to those that some deployments are of."""
    if deployments is None:
        return
    from segue.client.deployed_listings import DEPLOYMENTS  # noqa: PLC0415 - a door: few lists of flows ask for it

    within(wire, "ids", sorted({str(each.flow_id) for each in every(backend, DEPLOYMENTS, deployments)}))


def in_pools(backend: Backend, wire: Wire, pools: WorkPoolFilter | None, queues: WorkQueueFilter | None) -> None:
    """Narrow a query for flow runs or deployments to what waits in some pools and queues."""
    if pools is None and queues is None:
        return
    from segue.client.deployed_listings import POOLS, QUEUES  # noqa: PLC0415 - a door: few lists of runs ask for it

    if pools is not None:
        within(wire, "work_pool_names", [each.name for each in every(backend, POOLS, pools)])
    if queues is not None:
        within(wire, "work_queue_ids", [str(each.id) for each in every(backend, QUEUES, queues)])


def by_flow_runs(
    backend: Backend,
    wire: Wire,
    column: str,
    *,
    flows: FlowFilter | None = None,
    flow_runs: FlowRunFilter | None = None,
    within_runs: Wire | None = None,
    what: What = "id",
) -> None:
    """Narrow a query to what belongs to some flow runs: to the runs themselves, their flows, or their deployments."""
    if flow_runs is None and flows is None and not within_runs:
        return
    inner: Wire = dict(within_runs or {})
    of_flows(backend, inner, flows)
    found = every(backend, FLOW_RUNS, flow_runs, extra=inner)
    within(wire, column, sorted({str(id) for run in found if (id := getattr(run, what)) is not None}))


def by_task_runs(
    backend: Backend, wire: Wire, column: str, task_runs: TaskRunFilter | None, *, own: bool = False
) -> None:
    """Narrow a query to what belongs to the flow runs of some task runs; `own`: to the task runs themselves."""
    if task_runs is None:
        return
    found = every(backend, TASK_RUNS, task_runs)
    ids = {str(run.id) if own else str(run.flow_run_id) for run in found if own or run.flow_run_id is not None}
    within(wire, column, sorted(ids))
