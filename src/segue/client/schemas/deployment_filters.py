"""Which deployments, work pools, work queues and workers are meant; users import these from `segue.client.schemas.filters`."""

from __future__ import annotations

from collections.abc import Sequence

from segue.client.schemas.conditions import AnyOf, Choice, Conditions, Filter, Span, Tags, Text

__all__ = [
    "DeploymentFilter", "DeploymentFilterConcurrencyLimit", "DeploymentFilterId", "DeploymentFilterName", "DeploymentFilterTags",
    "DeploymentFilterWorkQueueName", "WorkPoolFilter", "WorkPoolFilterId", "WorkPoolFilterName", "WorkPoolFilterType",
    "WorkQueueFilter", "WorkQueueFilterId", "WorkQueueFilterName", "WorkerFilter", "WorkerFilterLastHeartbeatTime",
    "WorkerFilterStatus",
]  # fmt: skip


class DeploymentFilterId(Choice, kw_only=True):
    """Conditions on the id of a deployment."""


class DeploymentFilterName(Text, kw_only=True):
    """Conditions on the name of a deployment."""


class DeploymentFilterTags(Tags, kw_only=True):
    """Conditions on the tags of a deployment."""


class DeploymentFilterWorkQueueName(AnyOf, kw_only=True):
    """Conditions on the queue that a deployment's runs wait in."""


class DeploymentFilterConcurrencyLimit(Conditions, kw_only=True):
    """Conditions on how many runs of a deployment may execute at once."""

    ge_: int | None = None
    le_: int | None = None
    is_null_: bool | None = None


class DeploymentFilter(Filter, kw_only=True):
    """Which deployments are meant."""

    id: DeploymentFilterId | None = None
    name: DeploymentFilterName | None = None
    tags: DeploymentFilterTags | None = None
    work_queue_name: DeploymentFilterWorkQueueName | None = None
    concurrency_limit: DeploymentFilterConcurrencyLimit | None = None


class WorkPoolFilterId(AnyOf, kw_only=True):
    """Conditions on the id of a work pool."""


class WorkPoolFilterName(AnyOf, kw_only=True):
    """Conditions on the name of a work pool."""


class WorkPoolFilterType(AnyOf, kw_only=True):
    """Conditions on what a work pool's runs are started on."""


class WorkPoolFilter(Filter, kw_only=True):
    """Which work pools are meant."""

    id: WorkPoolFilterId | None = None
    name: WorkPoolFilterName | None = None
    type: WorkPoolFilterType | None = None


class WorkQueueFilterId(AnyOf, kw_only=True):
    """Conditions on the id of a work queue."""


class WorkQueueFilterName(AnyOf, kw_only=True):
    """Conditions on the name of a work queue."""

    startswith_: Sequence[str] | None = None


class WorkQueueFilter(Filter, kw_only=True):
    """Which work queues are meant."""

    id: WorkQueueFilterId | None = None
    name: WorkQueueFilterName | None = None


class WorkerFilterLastHeartbeatTime(Span, kw_only=True):
    """Conditions on the last beat of a worker."""


class WorkerFilterStatus(Choice, kw_only=True):
    """Conditions on whether a worker's beats come."""


class WorkerFilter(Filter, kw_only=True):
    """Which workers are meant."""

    last_heartbeat_time: WorkerFilterLastHeartbeatTime | None = None
    status: WorkerFilterStatus | None = None
