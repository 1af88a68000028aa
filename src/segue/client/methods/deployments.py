"""Deployments: made, read, changed, deleted, and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from segue.backend.pages import every_item
from segue.client.deployed_listings import DEPLOYMENTS
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.schedules import new_schedules
from segue.client.methods.scope import by_flow_runs, by_task_runs, in_pools, of_flows
from segue.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from segue.client.schemas.deployments import ConcurrencyOptions, Deployment, VersionInfo
from segue.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    TaskRunFilter,
    WorkPoolFilter,
    WorkQueueFilter,
)
from segue.client.schemas.objects import FlowRun
from segue.client.schemas.schedules import DeploymentSchedule
from segue.client.schemas.sorting import DeploymentSort
from segue.client.search import PAGE, Wire, count, find
from segue.engine.session import who
from segue.host.ids import new_id
from segue.model.deployments import Deployment as Model
from segue.model.states import Scheduled
from segue.states import State
from segue.wire import deployments as w
from segue.wire.operations import FLOW_READ
from segue.wire.requests import ById
from segue.wire.schedules import SCHEDULE_CREATE, SCHEDULE_QUERY, CreateSchedules, ScheduleQuery


class DeploymentMethods(Calls):
    """What can be done with deployments."""

    def create_deployment(
        self,
        flow_id: UUID | str,
        name: str,
        version: str | None = None,
        version_info: VersionInfo | None = None,
        schedules: Sequence[DeploymentScheduleCreate] | None = None,
        concurrency_limit: int | None = None,
        concurrency_options: ConcurrencyOptions | None = None,
        parameters: dict[str, Any] | None = None,
        description: str | None = None,
        work_queue_name: str | None = None,
        work_pool_name: str | None = None,
        tags: list[str] | None = None,
        path: str | None = None,
        entrypoint: str | None = None,
        parameter_openapi_schema: dict[str, Any] | None = None,
        paused: bool | None = None,  # noqa: FBT001 - in the place where users know it
        pull_steps: list[dict[str, Any]] | None = None,
        enforce_parameter_schema: bool | None = None,  # noqa: FBT001 - the same
        job_variables: dict[str, Any] | None = None,
        *,
        keep_running: bool | None = None,
    ) -> UUID:
        """Make a deployment, or bring the one of this flow and name up to date; returns its id.

        Without `schedules` those that it has stay. Raises ObjectNotFound for its flow or pool, and what the service says against
        its facts.
        """
        flow = self._call(FLOW_READ, ById(id_text(flow_id)))
        put = w.PutDeployment(
            name=name, flow_name=flow.name, version=version or (version_info.version if version_info is not None else None),
            entrypoint=entrypoint, path=path, pull_steps=list(pull_steps or []), parameters=dict(parameters or {}),
            parameter_openapi_schema=dict(parameter_openapi_schema or {}),
            enforce_parameter_schema=enforce_parameter_schema is not False, tags=list(tags or []), description=description,
            paused=paused, work_pool_name=work_pool_name, work_queue_name=work_queue_name,
            job_variables=dict(job_variables or {}), concurrency_limit=concurrency_limit,
            concurrency_options=concurrency_options or ConcurrencyOptions(), keep_running=keep_running,
        )  # fmt: skip
        made = self._call(w.DEPLOYMENT_PUT, put)
        if schedules is not None:
            asked = CreateSchedules(deployment_id=made.id, schedules=new_schedules(schedules), replace=True)
            self._call(SCHEDULE_CREATE, asked)
        return UUID(made.id)

    def read_deployment(self, deployment_id: UUID | str) -> Deployment:
        """Return a deployment with its schedules; raises ObjectNotFound."""
        return self._whole(self._call(w.DEPLOYMENT_READ, ById(id_text(deployment_id))))

    def read_deployment_by_name(self, name: str) -> Deployment:
        """Return the deployment `FLOW/NAME`; raises ObjectNotFound, and ValueError for a name of another form."""
        flow, slash, called = name.rpartition("/")
        if not (flow and slash and called):
            raise ValueError(f"Expected a name in the format '<FLOW_NAME>/<DEPLOYMENT_NAME>', got {name!r}.")
        return self._whole(self._call(w.DEPLOYMENT_READ_NAMED, w.ByFlowAndName(flow, called)))

    def _whole(self, found: Model) -> Deployment:
        made = Deployment.of(found)
        self._add_schedules([made])
        return made

    def read_deployments(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
        work_pool_filter: WorkPoolFilter | None = None,
        work_queue_filter: WorkQueueFilter | None = None,
        limit: int | None = None,
        sort: DeploymentSort | str | None = None,
        offset: int = 0,
    ) -> list[Deployment]:
        """Return the deployments that every filter means, by name unless `sort` says otherwise; 200 without a `limit`."""
        found = find(
            self._reading(), DEPLOYMENTS, deployment_filter, sort=DeploymentSort(sort or DeploymentSort.NAME_ASC).value,
            limit=limit, offset=offset,
            extra=self._scope_of(flow_filter, flow_run_filter, task_run_filter, work_pool_filter, work_queue_filter),
        )  # fmt: skip
        self._add_schedules(found)
        return found

    def count_deployments(
        self,
        *,
        flow_filter: FlowFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        deployment_filter: DeploymentFilter | None = None,
        work_pool_filter: WorkPoolFilter | None = None,
        work_queue_filter: WorkQueueFilter | None = None,
    ) -> int:
        """Return how many deployments every filter means."""
        extra = self._scope_of(flow_filter, flow_run_filter, task_run_filter, work_pool_filter, work_queue_filter)
        return count(self._reading(), DEPLOYMENTS, deployment_filter, extra=extra)

    def _scope_of(
        self,
        flows: FlowFilter | None,
        flow_runs: FlowRunFilter | None,
        task_runs: TaskRunFilter | None,
        pools: WorkPoolFilter | None,
        queues: WorkQueueFilter | None,
    ) -> Wire:
        extra: Wire = {}
        reading = self._reading()
        of_flows(reading, extra, flows)
        by_flow_runs(reading, extra, "ids", flow_runs=flow_runs, what="deployment_id")
        if task_runs is not None:
            inner: Wire = {}
            by_task_runs(reading, inner, "ids", task_runs)
            by_flow_runs(reading, extra, "ids", within_runs=inner, what="deployment_id")
        in_pools(reading, extra, pools, queues)
        return extra

    def _add_schedules(self, to: Sequence[Deployment]) -> None:
        """Give deployments their schedules, as they are now."""
        by_id = {str(each.id): each for each in to}
        ids = list(by_id)
        for first in range(0, len(ids), PAGE):
            found = self._schedules(ids[first : first + PAGE])
            for id, its in groupby(found, key=lambda each: each.deployment_id):
                by_id[str(id)].schedules = list(its)

    def _schedules(self, deployment_ids: list[str]) -> Iterator[DeploymentSchedule]:
        query = ScheduleQuery(deployment_ids=deployment_ids, limit=PAGE)
        return (
            DeploymentSchedule.of(each) for each in every_item(lambda asked: self._call(SCHEDULE_QUERY, asked), query)
        )

    def update_deployment(self, deployment_id: UUID | str, deployment: DeploymentUpdate) -> None:
        """Change facts of a deployment; runs that have not begun go with it. Raises ObjectNotFound.

        One change moves it to other storage (`pull_steps`) or to another pool (`work_pool_name`).
        """
        given = {name: value for name, value in msgspec.structs.asdict(deployment).items() if value is not UNSET}
        schedules = given.pop("schedules", None)
        for name in ("parameters", "job_variables", "parameter_openapi_schema"):
            if name in given:
                given[name] = given[name] or {}
        if "pull_steps" in given:
            given["pull_steps"] = given["pull_steps"] or []
        # What cannot be nothing is left as it is.
        kept = {
            name
            for name in ("paused", "enforce_parameter_schema", "concurrency_options", "keep_running")
            if given.get(name, 0) is None
        }
        facts = {name: value for name, value in given.items() if name not in kept}
        id = id_text(deployment_id)
        self._call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=id, **facts))
        if schedules is not None:
            asked = CreateSchedules(deployment_id=id, schedules=new_schedules(schedules), replace=True)
            self._call(SCHEDULE_CREATE, asked)

    def pause_deployment(self, deployment_id: UUID | str) -> None:
        """Let the schedules of a deployment rest; raises ObjectNotFound."""
        self._call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=id_text(deployment_id), paused=True))

    def resume_deployment(self, deployment_id: UUID | str) -> None:
        """Let the schedules of a deployment go on; raises ObjectNotFound."""
        self._call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=id_text(deployment_id), paused=False))

    def set_deployment_paused_state(self, deployment_id: UUID | str, paused: bool) -> None:  # noqa: FBT001 - users' word
        """Say whether the schedules of a deployment rest; raises ObjectNotFound."""
        self._call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=id_text(deployment_id), paused=paused))

    def delete_deployment(self, deployment_id: UUID | str) -> None:
        """Delete a deployment; its runs that have not begun are cancelled, the others stay. Raises ObjectNotFound."""
        self._call(w.DEPLOYMENT_DELETE, ById(id_text(deployment_id)))

    def create_flow_run_from_deployment(
        self,
        deployment_id: UUID | str,
        *,
        parameters: dict[str, Any] | None = None,
        context: dict[str, Any] | None = None,
        state: State | None = None,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        idempotency_key: str | None = None,
        parent_task_run_id: UUID | str | None = None,
        work_queue_name: str | None = None,
        job_variables: dict[str, Any] | None = None,
    ) -> FlowRun:
        """Make a run of a deployment, Scheduled for now or for when `state` says; a worker, or who serves it, starts it.

        With an `idempotency_key` that a run has, that run is returned. Raises ObjectNotFound, ValueError for a state of another
        type, and what the service says against parameters and job variables.
        """
        if context:
            raise ValueError("A flow run keeps no context beside its parameters and tags.")
        at = None if state is None else state.model
        if at is not None and not isinstance(at, Scheduled):
            raise ValueError(f"A run of a deployment begins as Scheduled, not as {at.name}: its worker does the rest.")
        new = w.NewRunOfDeployment(
            deployment_id=id_text(deployment_id), id=new_id(), name=name or "", parameters=dict(parameters or {}),
            scheduled_time=None if at is None else at.at, tags=list(tags or []), job_variables=dict(job_variables or {}),
            work_queue_name=work_queue_name, idempotency_key=idempotency_key,
            parent_task_run_id=None if parent_task_run_id is None else id_text(parent_task_run_id), created_by=who(),
            message=None if at is None else at.message,
        )  # fmt: skip
        return FlowRun.of(self._call(w.DEPLOYMENT_RUN, new))
