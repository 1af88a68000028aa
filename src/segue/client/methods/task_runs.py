"""Task runs: read, count, change, delete."""

from __future__ import annotations

from uuid import UUID

from segue.client.listings import TASK_RUNS
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.flow_runs import fresh
from segue.client.methods.scope import by_flow_runs, of_deployments, of_flows
from segue.client.schemas.filters import DeploymentFilter, FlowFilter, FlowRunFilter, TaskRunFilter
from segue.client.schemas.objects import TaskRun
from segue.client.schemas.responses import OrchestrationResult
from segue.client.schemas.sorting import TaskRunSort
from segue.client.search import Wire, count, find
from segue.states import State
from segue.wire import operations as op
from segue.wire.requests import ById, TaskProposal, TaskRunEdit


class TaskRunMethods(Calls):
    """What can be done with task runs."""

    def read_task_run(self, task_run_id: UUID | str) -> TaskRun:
        """Return a task run; raises ObjectNotFound."""
        return TaskRun.of(self._call(op.TASK_RUN_READ, ById(id_text(task_run_id))))

    def read_task_runs(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
        sort: TaskRunSort | str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[TaskRun]:
        """Return the task runs that every filter means, newest first unless `sort` says otherwise; 200 without a `limit`."""
        return find(
            self._reading(), TASK_RUNS, task_run_filter, sort=TaskRunSort(sort or TaskRunSort.ID_DESC).value, limit=limit,
            offset=offset, extra=self._within(flow_filter, flow_run_filter, deployment_filter),
        )  # fmt: skip

    def count_task_runs(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
    ) -> int:
        """Return how many task runs every filter means."""
        return count(
            self._reading(),
            TASK_RUNS,
            task_run_filter,
            extra=self._within(flow_filter, flow_run_filter, deployment_filter),
        )

    def _within(
        self, flows: FlowFilter | None, flow_runs: FlowRunFilter | None, deployments: DeploymentFilter | None
    ) -> Wire:
        extra: Wire = {}
        inner: Wire = {}
        of_deployments(self._reading(), inner, deployments)
        if flow_runs is None and not inner:
            of_flows(self._reading(), extra, flows)
        else:
            by_flow_runs(self._reading(), extra, "flow_run_ids", flows=flows, flow_runs=flow_runs, within_runs=inner)
        return extra

    def read_task_run_states(self, task_run_id: UUID | str) -> list[State]:
        """Return every state a task run was in, oldest first."""
        history = self._call(op.TASK_RUN_HISTORY, ById(id_text(task_run_id)))
        states = [State.of(row.state) for row in history.items]
        for state in states:
            state.state_details.task_run_id = UUID(id_text(task_run_id))
        return states

    def set_task_run_name(self, task_run_id: UUID | str, name: str) -> None:
        """Give a task run another name; raises ObjectNotFound."""
        self._call(op.TASK_RUN_EDIT, TaskRunEdit(id=id_text(task_run_id), name=name))

    def set_task_run_state(self, task_run_id: UUID | str, state: State, force: bool = False) -> OrchestrationResult:  # noqa: FBT001, FBT002 - users' word
        """Propose a state for a task run; with `force` no rule is asked."""
        proposal = TaskProposal(id=id_text(task_run_id), state=fresh(state), force=force)
        return OrchestrationResult.of(self._call(op.TASK_RUN_PROPOSE, proposal))

    def delete_task_run(self, task_run_id: UUID | str) -> None:
        """Delete a task run; raises ObjectNotFound."""
        self._call(op.TASK_RUN_DELETE, ById(id_text(task_run_id)))
