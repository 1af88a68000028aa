"""Work pools, their queues, and workers as users of the client see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import field

from segue.client.schemas.words import Word
from segue.faces import Face, new_uuid
from segue.host import clock
from segue.model import pools

__all__ = [
    "Integration",
    "WorkPool",
    "WorkPoolStatus",
    "WorkQueue",
    "WorkQueueHealthPolicy",
    "WorkQueueStatus",
    "WorkQueueStatusDetail",
    "Worker",
    "WorkerMetadata",
    "WorkerStatus",
]


class WorkPoolStatus(Word):
    """Whether runs that wait in a pool are taken."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    PAUSED = "PAUSED"


class WorkQueueStatus(Word):
    """Whether runs that wait in a queue are taken."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    PAUSED = "PAUSED"


class WorkerStatus(Word):
    """Whether a worker's beats come."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


class WorkPool(Face, kw_only=True):
    """Where runs wait for workers of one type."""

    id: UUID = field(default_factory=new_uuid)
    created: datetime | None = None
    updated: datetime | None = None
    name: str
    description: str | None = None
    type: str
    base_job_template: dict[str, object] = field(default_factory=dict)
    is_paused: bool = False
    concurrency_limit: int | None = None
    status: WorkPoolStatus | None = None
    active_slots: int | None = None
    default_queue_id: UUID | None = None

    @classmethod
    def of(cls, pool: pools.WorkPool) -> WorkPool:
        """Make the users' form of a recorded pool."""
        return cls(
            id=UUID(pool.id), created=pool.created, updated=pool.updated, name=pool.name, description=pool.description,
            type=pool.type, base_job_template=dict(pool.base_job_template), is_paused=pool.is_paused,
            concurrency_limit=pool.concurrency_limit, status=WorkPoolStatus(pool.status), active_slots=pool.active_slots,
            default_queue_id=None if pool.default_queue_id is None else UUID(pool.default_queue_id),
        )  # fmt: skip


class WorkQueue(Face, kw_only=True):
    """A line within a work pool; a lower priority number is served first."""

    id: UUID = field(default_factory=new_uuid)
    created: datetime | None = None
    updated: datetime | None = None
    name: str
    description: str | None = ""
    is_paused: bool = False
    concurrency_limit: int | None = None
    priority: int = 1
    work_pool_name: str | None = None
    work_pool_id: UUID | None = None
    last_polled: datetime | None = None
    status: WorkQueueStatus | None = None
    active_slots: int | None = None

    @classmethod
    def of(cls, queue: pools.WorkQueue) -> WorkQueue:
        """Make the users' form of a recorded queue."""
        return cls(
            id=UUID(queue.id), created=queue.created, updated=queue.updated, name=queue.name, description=queue.description,
            is_paused=queue.is_paused, concurrency_limit=queue.concurrency_limit, priority=queue.priority,
            work_pool_name=queue.work_pool_name, work_pool_id=UUID(queue.work_pool_id), last_polled=queue.last_polled,
            status=WorkQueueStatus(queue.status), active_slots=queue.active_slots,
        )  # fmt: skip


class WorkQueueHealthPolicy(Face, kw_only=True):
    """When a work queue counts as healthy; None leaves a condition out."""

    #: Late runs that it may have.
    maximum_late_runs: int | None = 0
    #: Seconds since a worker last asked it for runs.
    maximum_seconds_since_last_polled: int | None = 60

    def evaluate_health_status(self, late_runs_count: int, last_polled: datetime | None = None) -> bool:
        """Say whether a queue with so many late runs, last asked at that time, is healthy."""
        if self.maximum_late_runs is not None and late_runs_count > self.maximum_late_runs:
            return False
        if self.maximum_seconds_since_last_polled is None:
            return True
        longest = self.maximum_seconds_since_last_polled
        return last_polled is not None and (clock.now() - last_polled).total_seconds() <= longest


class WorkQueueStatusDetail(Face, kw_only=True):
    """How a work queue is."""

    healthy: bool
    late_runs_count: int = 0
    last_polled: datetime | None = None
    health_check_policy: WorkQueueHealthPolicy


class Integration(Face, kw_only=True):
    """A package that a worker has."""

    name: str
    version: str


class WorkerMetadata(Face, kw_only=True):
    """What a worker says of itself."""

    integrations: list[Integration] = field(default_factory=list)


class Worker(Face, kw_only=True):
    """A process that takes runs from a pool and starts them on infrastructure."""

    id: UUID = field(default_factory=new_uuid)
    created: datetime | None = None
    updated: datetime | None = None
    name: str
    work_pool_id: UUID
    work_pool_name: str | None = None
    last_heartbeat_time: datetime | None = None
    heartbeat_interval_seconds: float | None = None
    status: WorkerStatus = WorkerStatus.OFFLINE
    #: Runs that it has started and that are not over.
    flow_run_ids: list[UUID] = field(default_factory=list)

    @classmethod
    def of(cls, worker: pools.Worker) -> Worker:
        """Make the users' form of a recorded worker."""
        return cls(
            id=UUID(worker.id), created=worker.created, updated=worker.last_heartbeat, name=worker.name,
            work_pool_id=UUID(worker.work_pool_id), work_pool_name=worker.work_pool_name,
            last_heartbeat_time=worker.last_heartbeat, heartbeat_interval_seconds=worker.heartbeat_seconds,
            status=WorkerStatus(worker.status), flow_run_ids=[UUID(id) for id in worker.flow_run_ids],
        )  # fmt: skip
