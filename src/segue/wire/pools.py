"""Work pools and their queues over the wire: made, changed, read."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from segue.model.bounds import Amount, Instant, Offset, PageSize
from segue.model.pools import WorkPool, WorkQueue
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ByName, Nothing


class NewWorkPool(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A work pool to be made, with its default queue; idempotent by id, a name that exists is refused."""

    name: str
    type: str = "process"
    description: str | None = None
    #: None: the type's own, where it is known.
    base_job_template: dict[str, object] | None = None
    is_paused: bool = False
    concurrency_limit: Amount | None = None
    #: Made by the server where none is given.
    id: Id = ""


class EditWorkPool(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes a work pool; what is left out stays as it is."""

    name: str
    new_name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    base_job_template: dict[str, object] | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET
    concurrency_limit: Amount | UnsetType | None = UNSET


class WorkPoolQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of work pools, by name unless `sort` says otherwise."""

    ids: list[Id] | None = None
    names: list[str] | None = None
    name_like: str | None = None
    types: list[str] | None = None
    created_after: Instant | None = None
    #: `name` or `created`; a leading `-` turns the order round.
    sort: str = "name"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class WorkPools(Struct, frozen=True, kw_only=True):
    """A page of work pools."""

    items: list[WorkPool]
    next: str | None = None


class NewWorkQueue(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A queue of a work pool to be made; idempotent by id, a name that its pool has is refused."""

    work_pool_name: str
    name: str
    description: str | None = None
    #: None: after all that the pool has.
    priority: Amount | None = None
    is_paused: bool = False
    concurrency_limit: Amount | None = None
    #: Made by the server where none is given.
    id: Id = ""


class EditWorkQueue(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes a queue; what is left out stays as it is."""

    work_pool_name: str
    name: str
    new_name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    priority: Amount | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET
    concurrency_limit: Amount | UnsetType | None = UNSET


class QueueRef(Struct, frozen=True):
    """Names one queue of a work pool."""

    work_pool_name: str
    name: str


class WorkQueueQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of queues, by pool and priority."""

    ids: list[Id] | None = None
    work_pool_names: list[str] | None = None
    names: list[str] | None = None
    name_like: str | None = None
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class WorkQueues(Struct, frozen=True, kw_only=True):
    """A page of queues."""

    items: list[WorkQueue]
    next: str | None = None


_R, _E = Access.READ, Access.EDIT
_READ, _NOW = Durability.READ, Durability.NOW

_P = "work-pools"
POOL_CREATE = Operation(f"{_P}.create", "POST", f"/{_P}", NewWorkPool, WorkPool, _E, _NOW)
POOL_READ = Operation(f"{_P}.read", "GET", f"/{_P}/{{name}}", ByName, WorkPool, _R, _READ)
POOL_EDIT = Operation(f"{_P}.edit", "PATCH", f"/{_P}/{{name}}", EditWorkPool, WorkPool, _E, _NOW)
POOL_DELETE = Operation(f"{_P}.delete", "DELETE", f"/{_P}/{{name}}", ByName, Nothing, _E, _NOW)
POOL_LIST = Operation(f"{_P}.list", "POST", f"/{_P}/list", WorkPoolQuery, WorkPools, _R, _READ, get=f"/{_P}")
POOL_COUNT = Operation(f"{_P}.count", "POST", f"/{_P}/count", WorkPoolQuery, Count, _R, _READ, get=f"/{_P}/count")

_Q, _QS = "work-queues", f"/{_P}/{{work_pool_name}}/queues"
QUEUE_CREATE = Operation(f"{_Q}.create", "POST", _QS, NewWorkQueue, WorkQueue, _E, _NOW)
QUEUE_READ = Operation(f"{_Q}.read", "GET", f"{_QS}/{{name}}", QueueRef, WorkQueue, _R, _READ)
QUEUE_EDIT = Operation(f"{_Q}.edit", "PATCH", f"{_QS}/{{name}}", EditWorkQueue, WorkQueue, _E, _NOW)
QUEUE_DELETE = Operation(f"{_Q}.delete", "DELETE", f"{_QS}/{{name}}", QueueRef, Nothing, _E, _NOW)
QUEUE_LIST = Operation(f"{_Q}.list", "POST", f"/{_Q}/list", WorkQueueQuery, WorkQueues, _R, _READ, get=f"/{_Q}")
