"""Deliveries over the wire: listed, read, sent again; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Instant, Offset, PageSize
from segue.model.deliveries import Delivery, DeliveryKind, DeliveryStatus
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ById


class DeliveryQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of deliveries, the newest first unless `sort` says otherwise."""

    ids: list[Id] | None = None
    automation_ids: list[Id] | None = None
    block_document_ids: list[Id] | None = None
    statuses: list[DeliveryStatus] | None = None
    kinds: list[DeliveryKind] | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    #: `created`; a leading `-` turns the order round.
    sort: str = "-created"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Deliveries(Struct, frozen=True, kw_only=True):
    """A page of deliveries."""

    items: list[Delivery]
    next: str | None = None


_R, _RUN = Access.READ, Access.RUN
_READ, _NOW = Durability.READ, Durability.NOW

DELIVERY_LIST = Operation(
    "deliveries.list", "POST", "/deliveries/list", DeliveryQuery, Deliveries, _R, _READ, get="/deliveries"
)
DELIVERY_COUNT = Operation(
    "deliveries.count", "POST", "/deliveries/count", DeliveryQuery, Count, _R, _READ, get="/deliveries/count"
)
DELIVERY_READ = Operation("deliveries.read", "GET", "/deliveries/{id}", ById, Delivery, _R, _READ)
DELIVERY_RETRY = Operation("deliveries.retry", "POST", "/deliveries/{id}/retry", ById, Delivery, _RUN, _NOW)
