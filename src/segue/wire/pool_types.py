"""What a new work pool of each type begins with; the row of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Nothing


class WorkPoolType(Struct, frozen=True, kw_only=True):
    """A kind of infrastructure that a worker of Segue starts runs on."""

    type: str
    #: The template that a new pool of this type begins with.
    base_job_template: dict[str, object]


class WorkPoolTypes(Struct, frozen=True, kw_only=True):
    """All types that are known; a pool may be of another, for a worker of one's own."""

    items: list[WorkPoolType]


POOL_TYPES = Operation(
    "work-pools.types", "GET", "/work-pool-types", Nothing, WorkPoolTypes, Access.READ, Durability.READ
)
