"""Task runs: read, count, change, delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segue.client.listings import TASK_RUNS
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.flow_runs import fresh
from segue.client.methods.scope import by_flow_runs, of_deployments, of_flows
from segue.client.schemas.filters import DeploymentFilter, FlowFilter, FlowRunFilter, TaskRunFilter
from segue.client.schemas.objects import RunInput, TaskRun, TaskRunResult
from segue.client.schemas.responses import OrchestrationResult
from segue.client.schemas.sorting import TaskRunSort
from segue.client.search import Wire, count, find
from segue.engine import stamp
from segue.host.ids import new_id
from segue.states import State
from segue.wire import operations as op
from segue.wire.recording import TASK_RUN_CREATE, NewTaskRun
from segue.wire.requests import ById, TaskProposal, TaskRunEdit

if TYPE_CHECKING:
    from segue.tasks import Task


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

    def create_task_run(
        self,
        task: Task[Any, Any],
        flow_run_id: UUID | str | None,
        dynamic_key: str,
        id: UUID | str | None = None,
        name: str | None = None,
        extra_tags: Iterable[str] | None = None,
        state: State | None = None,
        task_inputs: Mapping[str, Sequence[RunInput]] | None = None,
    ) -> TaskRun:
        """Make a task run that no engine executes; Pending unless `state` says otherwise. Made before by its id, it is returned."""
        inputs = task_inputs or {}
        upstream = {
            parameter: [str(each.id) for each in given if isinstance(each, TaskRunResult)]
            for parameter, given in inputs.items()
        }
        new = NewTaskRun(
            id=id_text(id) if id is not None else new_id(),
            name=name or f"{task.name}-{dynamic_key}",
            task_name=task.name,
            task_key=task.task_key,
            state=fresh(state) if state is not None else stamp.pending(),
            flow_run_id=id_text(flow_run_id) if flow_run_id is not None else None,
            dynamic_key=dynamic_key,
            tags=sorted({*task.tags, *(extra_tags or ())}),
            upstream={parameter: ids for parameter, ids in upstream.items() if ids},
        )
        return TaskRun.of(self._call(TASK_RUN_CREATE, new))

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
