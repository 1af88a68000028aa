"""Work pools, work queues and workers: made, read, changed, deleted; and the runs that wait there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from segue.client.deployed_listings import POOLS, QUEUES, WORKERS
from segue.client.listings import FLOW_RUNS
from segue.client.methods.calls import Calls, id_text
from segue.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from segue.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkerFilter,
    WorkPoolFilter,
    WorkQueueFilter,
    WorkQueueFilterName,
)
from segue.client.schemas.objects import FlowRun
from segue.client.schemas.pools import (
    Worker,
    WorkerMetadata,
    WorkPool,
    WorkQueue,
    WorkQueueHealthPolicy,
    WorkQueueStatusDetail,
)
from segue.client.schemas.responses import WorkerFlowRunResponse
from segue.client.search import Wire, count, find
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound
from segue.model import pools as model
from segue.wire import pools as w
from segue.wire.operations import FLOW_RUN_COUNT
from segue.wire.queries import RunFilter
from segue.wire.requests import ByName
from segue.wire.workers import WORKER_BEAT, WorkerBeat


class PoolMethods(Calls):
    """What can be done with work pools and their workers."""

    def create_work_pool(self, work_pool: WorkPoolCreate, overwrite: bool = False) -> WorkPool:  # noqa: FBT001, FBT002 - users' word
        """Make a work pool with its default queue; one that is there is changed with `overwrite`.

        Raises ObjectAlreadyExists, and what the service says against the template.
        """
        facts = msgspec.structs.asdict(work_pool)
        facts["base_job_template"] = facts["base_job_template"] or None
        try:
            return WorkPool.of(self._call(w.POOL_CREATE, w.NewWorkPool(**facts)))
        except ObjectAlreadyExists:
            if not overwrite:
                raise
        template = facts["base_job_template"]
        edit = w.EditWorkPool(
            name=work_pool.name, description=work_pool.description, is_paused=work_pool.is_paused,
            concurrency_limit=work_pool.concurrency_limit, base_job_template=UNSET if template is None else template,
        )  # fmt: skip
        return WorkPool.of(self._call(w.POOL_EDIT, edit))

    def read_work_pool(self, work_pool_name: str) -> WorkPool:
        """Return a work pool; raises ObjectNotFound."""
        return WorkPool.of(self._call(w.POOL_READ, ByName(work_pool_name)))

    def read_work_pools(
        self, limit: int | None = None, offset: int = 0, work_pool_filter: WorkPoolFilter | None = None
    ) -> list[WorkPool]:
        """Return work pools by name; 200 without a `limit`."""
        return find(self._reading(), POOLS, work_pool_filter, sort="NAME_ASC", limit=limit, offset=offset)

    def count_work_pools(self, work_pool_filter: WorkPoolFilter | None = None) -> int:
        """Return how many work pools a filter means."""
        return count(self._reading(), POOLS, work_pool_filter)

    def update_work_pool(self, work_pool_name: str, work_pool: WorkPoolUpdate) -> None:
        """Change a work pool; raises ObjectNotFound, and what the service says against the template."""
        given = {name: value for name, value in msgspec.structs.asdict(work_pool).items() if value is not UNSET}
        # What cannot be nothing is left as it is.
        kept = {name for name in ("is_paused", "base_job_template") if given.get(name, 0) is None}
        facts: dict[str, Any] = {name: value for name, value in given.items() if name not in kept}
        self._call(w.POOL_EDIT, w.EditWorkPool(name=work_pool_name, **facts))

    def delete_work_pool(self, work_pool_name: str) -> None:
        """Delete a work pool with its queues and workers; raises ObjectNotFound, and InUse while somebody needs it."""
        self._call(w.POOL_DELETE, ByName(work_pool_name))

    def read_workers_for_work_pool(
        self,
        work_pool_name: str,
        worker_filter: WorkerFilter | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Worker]:
        """Return the workers of a pool by name; raises ObjectNotFound. 200 without a `limit`."""
        self.read_work_pool(work_pool_name)
        extra: Wire = {"work_pool_names": [work_pool_name]}
        return find(
            self._reading(), WORKERS, worker_filter, sort="NAME_ASC", limit=limit, offset=offset or 0, extra=extra
        )

    def send_worker_heartbeat(
        self,
        work_pool_name: str,
        worker_name: str,
        heartbeat_interval_seconds: float | None = None,
        get_worker_id: bool = False,  # noqa: FBT001, FBT002 - users' word
        worker_metadata: WorkerMetadata | Mapping[str, object] | None = None,
    ) -> UUID | None:
        """Say that a worker is there, and will say so again within an interval (30 s unless given); its id if that is wanted.

        The first beat of a name makes the worker known. Raises ObjectNotFound for the pool.
        """
        told = (
            worker_metadata.model_dump(mode="json") if isinstance(worker_metadata, WorkerMetadata) else worker_metadata
        )
        seconds = model.HEARTBEAT if heartbeat_interval_seconds is None else heartbeat_interval_seconds
        beat = WorkerBeat(
            work_pool_name=work_pool_name, name=worker_name, heartbeat_seconds=seconds, facts=dict(told or {})
        )
        worker = self._call(WORKER_BEAT, beat)
        return UUID(worker.id) if get_worker_id else None

    def get_scheduled_flow_runs_for_work_pool(
        self,
        work_pool_name: str,
        work_queue_names: Sequence[str] | None = None,
        scheduled_before: datetime | None = None,
    ) -> list[WorkerFlowRunResponse]:
        """Return the runs that wait in a pool, the next to start first, 200 at most; only looks: workers claim them.

        Raises ObjectNotFound.
        """
        pool = self.read_work_pool(work_pool_name)
        queues = {each.name: each.id for each in self.read_work_queues(work_pool_name)}
        extra: Wire = {"work_pool_names": [work_pool_name]}
        if work_queue_names is not None:
            extra["work_queue_names"] = list(work_queue_names)
        return [
            WorkerFlowRunResponse(work_pool_id=pool.id, work_queue_id=queues[run.work_queue_name or ""], flow_run=run)
            for run in self._waiting(extra, scheduled_before)
        ]

    def get_scheduled_flow_runs_for_deployments(
        self,
        deployment_ids: Sequence[UUID | str],
        scheduled_before: datetime | None = None,
        limit: int | None = None,
    ) -> list[FlowRun]:
        """Return the runs of deployments that wait, the next to start first; 200 without a `limit`."""
        extra: Wire = {"deployment_ids": [id_text(id) for id in deployment_ids]}
        return self._waiting(extra, scheduled_before, limit)

    def read_work_queues(
        self,
        work_pool_name: str | None = None,
        work_queue_filter: WorkQueueFilter | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[WorkQueue]:
        """Return work queues by pool and priority; 200 without a `limit`. Raises ObjectNotFound for the pool."""
        extra: Wire = {}
        if work_pool_name is not None:
            self.read_work_pool(work_pool_name)
            extra["work_pool_names"] = [work_pool_name]
        return find(
            self._reading(),
            QUEUES,
            work_queue_filter,
            sort="PRIORITY_ASC",
            limit=limit,
            offset=offset or 0,
            extra=extra,
        )

    def _waiting(self, extra: Wire, before: datetime | None, limit: int | None = None) -> list[FlowRun]:
        given = FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=["SCHEDULED"])),
            next_scheduled_start_time=None if before is None else FlowRunFilterNextScheduledStartTime(before_=before),
        )
        return find(self._reading(), FLOW_RUNS, given, sort="NEXT_SCHEDULED_START_TIME_ASC", limit=limit, extra=extra)


class QueueMethods(PoolMethods):
    """What can be done with work queues."""

    def create_work_queue(
        self,
        name: str,
        description: str | None = None,
        is_paused: bool | None = None,  # noqa: FBT001 - users' word
        concurrency_limit: int | None = None,
        priority: int | None = None,
        work_pool_name: str | None = None,
    ) -> WorkQueue:
        """Make a queue of a work pool; raises ObjectAlreadyExists, ObjectNotFound for the pool, ValueError without one."""
        if work_pool_name is None:
            raise ValueError(f"A work queue is of a work pool; say which for {name!r} (work_pool_name=...).")
        new = w.NewWorkQueue(
            work_pool_name=work_pool_name, name=name, description=description, priority=priority, is_paused=bool(is_paused),
            concurrency_limit=concurrency_limit,
        )  # fmt: skip
        return WorkQueue.of(self._call(w.QUEUE_CREATE, new))

    def read_work_queue(self, id: UUID | str) -> WorkQueue:
        """Return a work queue; raises ObjectNotFound."""
        return WorkQueue.of(self._queue(id))

    def read_work_queue_by_name(self, name: str, work_pool_name: str | None = None) -> WorkQueue:
        """Return a work queue by its name; raises ObjectNotFound, and ValueError where several pools have one of this name."""
        if work_pool_name is not None:
            return WorkQueue.of(self._call(w.QUEUE_READ, w.QueueRef(work_pool_name, name)))
        found = self._call(w.QUEUE_LIST, w.WorkQueueQuery(names=[name], limit=2)).items
        if not found:
            raise ObjectNotFound(help_message=f"There is no work queue {name!r}.")
        if len(found) > 1:
            raise ValueError(f"Several work pools have a queue {name!r}; say which (work_pool_name=...).")
        return WorkQueue.of(found[0])

    def read_work_queue_status(self, id: UUID | str) -> WorkQueueStatusDetail:
        """Return how a work queue is: its late runs, and when a worker last asked it; raises ObjectNotFound."""
        queue = self._queue(id)
        late = self._call(FLOW_RUN_COUNT, RunFilter(work_queue_ids=[queue.id], state_names=["Late"])).count
        policy = WorkQueueHealthPolicy()
        return WorkQueueStatusDetail(
            healthy=policy.evaluate_health_status(late, queue.last_polled), late_runs_count=late,
            last_polled=queue.last_polled, health_check_policy=policy,
        )  # fmt: skip

    def match_work_queues(self, prefixes: Sequence[str], work_pool_name: str | None = None) -> list[WorkQueue]:
        """Return the work queues whose names begin with one of these, 200 at most."""
        given = WorkQueueFilter(name=WorkQueueFilterName(startswith_=list(prefixes)))
        return self.read_work_queues(work_pool_name, given)

    def update_work_queue(
        self,
        id: UUID | str,
        *,
        name: str | UnsetType = UNSET,
        description: str | UnsetType | None = UNSET,
        is_paused: bool | UnsetType = UNSET,
        concurrency_limit: int | UnsetType | None = UNSET,
        priority: int | UnsetType = UNSET,
    ) -> None:
        """Change what is given of a work queue; raises ObjectNotFound, and ObjectAlreadyExists for a name that its pool has."""
        known = self._queue(id)
        edit = w.EditWorkQueue(
            work_pool_name=known.work_pool_name, name=known.name, new_name=name, description=description, is_paused=is_paused,
            concurrency_limit=concurrency_limit, priority=priority,
        )  # fmt: skip
        self._call(w.QUEUE_EDIT, edit)

    def delete_work_queue_by_id(self, id: UUID | str) -> None:
        """Delete a work queue; raises ObjectNotFound, BadRequest for a pool's default one, InUse while somebody needs it."""
        known = self._queue(id)
        self._call(w.QUEUE_DELETE, w.QueueRef(known.work_pool_name, known.name))

    def get_runs_in_work_queue(
        self, id: UUID | str, limit: int = 10, scheduled_before: datetime | None = None
    ) -> list[FlowRun]:
        """Return the runs that wait in a queue, the next to start first; raises ObjectNotFound."""
        self._queue(id)
        return self._waiting({"work_queue_ids": [id_text(id)]}, scheduled_before, limit)

    def _queue(self, id: UUID | str) -> model.WorkQueue:
        found = self._call(w.QUEUE_LIST, w.WorkQueueQuery(ids=[id_text(id)], limit=1)).items
        if not found:
            raise ObjectNotFound(help_message=f"There is no work queue {id_text(id)!r}.")
        return found[0]
