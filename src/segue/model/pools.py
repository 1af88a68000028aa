"""Work pools, their queues, and the workers that take runs from them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.runs import Id

#: The queue that each pool has from the beginning.
DEFAULT_QUEUE = "default"
#: Beats that a worker may miss before it is taken for gone.
MISSED_BEATS = 3
#: Seconds between a worker's beats.
HEARTBEAT = 30.0


class WorkPool(Struct, frozen=True, kw_only=True):
    """Where runs wait for workers of one type."""

    id: Id
    name: str
    #: `process`, `docker`, or the word of another worker.
    type: str
    created: datetime
    updated: datetime
    description: str | None = None
    #: `job_configuration`, which names variables in double braces, and `variables`, their JSON schema.
    base_job_template: dict[str, object] = {}
    is_paused: bool = False
    concurrency_limit: int | None = None
    #: `READY` while a worker is there, `NOT_READY`, `PAUSED`.
    status: str = "NOT_READY"
    default_queue_id: Id | None = None
    #: Runs that a worker has claimed and that are not over.
    active_slots: int = 0


class WorkQueue(Struct, frozen=True, kw_only=True):
    """A line within a work pool; a lower priority number is served first."""

    id: Id
    name: str
    work_pool_id: Id
    work_pool_name: str
    created: datetime
    updated: datetime
    description: str | None = None
    priority: int = 1
    is_paused: bool = False
    concurrency_limit: int | None = None
    #: When a worker last asked it for runs.
    last_polled: datetime | None = None
    status: str = "NOT_READY"
    active_slots: int = 0


class Worker(Struct, frozen=True, kw_only=True):
    """A process that takes runs from a pool and starts them on infrastructure, known by its name there."""

    id: Id
    name: str
    work_pool_id: Id
    work_pool_name: str
    created: datetime
    last_heartbeat: datetime
    heartbeat_seconds: float = HEARTBEAT
    #: `ONLINE` as long as its beats come, `OFFLINE`.
    status: str = "OFFLINE"
    #: It said that it takes no more runs; one that is `OFFLINE` and did not is dead, or cut off.
    left: bool = False
    #: Queues it asks; empty: all of the pool.
    work_queue_names: list[str] = []
    #: Runs it has at once at most.
    limit: int | None = None
    #: Flow runs that it has started and that are not over.
    flow_run_ids: list[Id] = []
    #: What it says of itself: its version, host, and process.
    facts: dict[str, object] = {}
