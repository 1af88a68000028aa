"""Flow runs: read, count, change, delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from segue.client.listings import FLOW_RUNS
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.scope import by_task_runs, in_pools, of_deployments, of_flows
from segue.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    TaskRunFilter,
    WorkPoolFilter,
    WorkQueueFilter,
)
from segue.client.schemas.objects import FlowRun
from segue.client.schemas.responses import OrchestrationResult
from segue.client.schemas.sorting import FlowRunSort
from segue.client.search import Wire, count, find
from segue.engine import names, stamp
from segue.engine.session import who
from segue.host import clock
from segue.host.ids import new_id
from segue.model import states as model
from segue.states import State
from segue.wire import operations as op
from segue.wire.recording import STATE_READ
from segue.wire.requests import ById, FlowRunEdit, NewFlowRun, Proposal

if TYPE_CHECKING:
    from segue.flows import Flow


_STOPS = ("CANCELLING", "CANCELLED")


class FlowRunMethods(Calls):
    """What can be done with flow runs."""

    def read_flow_run(self, flow_run_id: UUID | str) -> FlowRun:
        """Return a flow run; raises ObjectNotFound."""
        return FlowRun.of(self._call(op.FLOW_RUN_READ, ById(id_text(flow_run_id))))

    def read_flow_runs(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
        work_pool_filter: WorkPoolFilter | None = None,
        work_queue_filter: WorkQueueFilter | None = None,
        sort: FlowRunSort | str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[FlowRun]:
        """Return the flow runs that every filter means, newest first unless `sort` says otherwise; 200 without a `limit`."""
        return find(
            self._reading(), FLOW_RUNS, flow_run_filter, sort=FlowRunSort(sort or FlowRunSort.ID_DESC).value, limit=limit,
            offset=offset,
            extra=self._scope(flow_filter, task_run_filter, deployment_filter, work_pool_filter, work_queue_filter),
        )  # fmt: skip

    def count_flow_runs(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
        work_pool_filter: WorkPoolFilter | None = None,
        work_queue_filter: WorkQueueFilter | None = None,
    ) -> int:
        """Return how many flow runs every filter means."""
        extra = self._scope(flow_filter, task_run_filter, deployment_filter, work_pool_filter, work_queue_filter)
        return count(self._reading(), FLOW_RUNS, flow_run_filter, extra=extra)

    def _scope(
        self,
        flows: FlowFilter | None,
        task_runs: TaskRunFilter | None,
        deployments: DeploymentFilter | None,
        pools: WorkPoolFilter | None,
        queues: WorkQueueFilter | None,
    ) -> Wire:
        extra: Wire = {}
        of_flows(self._reading(), extra, flows)
        by_task_runs(self._reading(), extra, "ids", task_runs)
        of_deployments(self._reading(), extra, deployments)
        in_pools(self._reading(), extra, pools, queues)
        return extra

    def read_flow_run_states(self, flow_run_id: UUID | str) -> list[State]:
        """Return every state a flow run was in, oldest first."""
        history = self._call(op.FLOW_RUN_HISTORY, ById(id_text(flow_run_id)))
        states = [State.of(row.state) for row in history.items]
        for state in states:
            state.state_details.flow_run_id = UUID(id_text(flow_run_id))
        return states

    def read_flow_run_state(self, flow_run_state_id: UUID | str) -> State:
        """Return a state that a flow run was in, by the state's id; raises ObjectNotFound."""
        row = self._call(STATE_READ, ById(id_text(flow_run_state_id)))
        state: State = State.of(row.state)
        state.state_details.flow_run_id = UUID(row.run_id)
        return state

    def update_flow_run_labels(self, flow_run_id: UUID | str, labels: Mapping[str, str | int | float | bool]) -> None:
        """Put labels to those a flow run has; raises ObjectNotFound."""
        self._call(op.FLOW_RUN_EDIT, FlowRunEdit(id=id_text(flow_run_id), labels=dict(labels)))

    def create_flow_run(
        self,
        flow: Flow[Any, Any],
        name: str | None = None,
        parameters: dict[str, object] | None = None,
        context: dict[str, object] | None = None,
        tags: Iterable[str] | None = None,
        parent_task_run_id: UUID | str | None = None,
        state: State | None = None,
    ) -> FlowRun:
        """Make a flow run that nobody executes yet; Pending unless `state` says otherwise."""
        if context:
            raise ValueError("a flow run keeps no context beside its parameters and tags")
        grant = self._call(
            op.FLOW_RUN_CREATE,
            NewFlowRun(
                id=new_id(),
                flow_name=flow.name,
                name=name or names.run_name(),
                states=[fresh(state) if state is not None else stamp.pending()],
                parent_task_run_id=id_text(parent_task_run_id) if parent_task_run_id is not None else None,
                flow_version=flow.version,
                parameters=dict(parameters or {}),
                tags=list(tags or []),
                created_by=who(),
            ),
        )
        return FlowRun.of(grant.run)

    def update_flow_run(
        self,
        flow_run_id: UUID | str,
        *,
        parameters: dict[str, object] | None = None,
        name: str | None = None,
        tags: Iterable[str] | None = None,
    ) -> None:
        """Change what describes a flow run; what is not given stays."""
        edit = FlowRunEdit(
            id=id_text(flow_run_id), name=name, parameters=parameters, tags=list(tags) if tags is not None else None
        )
        self._call(op.FLOW_RUN_EDIT, edit)

    def set_flow_run_name(self, flow_run_id: UUID | str, name: str) -> None:
        """Give a flow run another name."""
        self.update_flow_run(flow_run_id, name=name)

    def set_flow_run_state(self, flow_run_id: UUID | str, state: State, force: bool = False) -> OrchestrationResult:  # noqa: FBT001, FBT002 - users' word
        """Propose a state for a flow run; with `force` no rule is asked."""
        proposal = Proposal(id=id_text(flow_run_id), state=fresh(state), force=force)
        verdict = self._call(op.FLOW_RUN_PROPOSE, proposal)
        if proposal.state.kind in _STOPS and verdict.state.kind in _STOPS and verdict.state.id == proposal.state.id:
            # Asked to stop, the run stops: whether somebody has to be waited for is told by the state.
            verdict = msgspec.structs.replace(verdict, status="accept")
        return OrchestrationResult.of(verdict)

    def delete_flow_run(self, flow_run_id: UUID | str) -> None:
        """Delete a flow run with its task runs and logs; raises ObjectNotFound."""
        self._call(op.FLOW_RUN_DELETE, ById(id_text(flow_run_id)))


def fresh(state: State) -> model.State:
    """Return a state as a transition of its own, so that one object can be proposed for several runs."""
    now = state.model
    actor = now.actor if now.actor is not None else who()
    made: model.State = msgspec.structs.replace(now, id=new_id(), timestamp=clock.now(), actor=actor)
    return made
