"""Which events are meant."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from uuid import UUID

from msgspec import Struct

from segue.wire.events import EventQuery


class EventOrder(Enum):
    """The order of a list of events, by when they became known."""

    ASC = "ASC"
    DESC = "DESC"


class EventOccurredFilter(Struct, frozen=True, kw_only=True):
    """When they occurred."""

    since: datetime | None = None
    until: datetime | None = None


class EventNameFilter(Struct, frozen=True, kw_only=True):
    """What they are called."""

    prefix: list[str] | None = None
    exclude_prefix: list[str] | None = None
    name: list[str] | None = None
    exclude_name: list[str] | None = None


class EventResourceFilter(Struct, frozen=True, kw_only=True):
    """What they happened to."""

    id: list[str] | None = None
    id_prefix: list[str] | None = None


class EventAnyResourceFilter(EventResourceFilter, frozen=True, kw_only=True):
    """What they happened to, or what has to do with them."""


class EventRelatedFilter(Struct, frozen=True, kw_only=True):
    """What has to do with them, all of it."""

    id: list[str] | None = None
    role: list[str] | None = None


class EventIDFilter(Struct, frozen=True, kw_only=True):
    """Which ids they have."""

    id: list[UUID] | None = None


class EventTextFilter(Struct, frozen=True, kw_only=True):
    """Which words they hold."""

    query: str


class EventFilter(Struct, frozen=True, kw_only=True):
    """Which events: every condition given must hold."""

    occurred: EventOccurredFilter = EventOccurredFilter()
    event: EventNameFilter | None = None
    resource: EventResourceFilter | None = None
    related: EventRelatedFilter | None = None
    any_resource: EventAnyResourceFilter | None = None
    id: EventIDFilter = EventIDFilter()
    text: EventTextFilter | None = None
    order: EventOrder = EventOrder.DESC

    @property
    def query(self) -> EventQuery:
        """The filter as it is asked."""
        name = self.event or EventNameFilter()
        related = self.related or EventRelatedFilter()
        return EventQuery(
            ids=[str(id) for id in self.id.id] if self.id.id is not None else None,
            names=_patterns(name.name, name.prefix),
            not_names=_patterns(name.exclude_name, name.exclude_prefix),
            resource_ids=_patterns(self.resource.id, self.resource.id_prefix) if self.resource is not None else None,
            any_resource_ids=(
                _patterns(self.any_resource.id, self.any_resource.id_prefix) if self.any_resource is not None else None
            ),
            related_ids=related.id,
            related_roles=related.role,
            text=self.text.query if self.text is not None else None,
            occurred_after=self.occurred.since,
            occurred_before=self.occurred.until,
            sort="seq" if self.order is EventOrder.ASC else "-seq",
        )


def _patterns(whole: list[str] | None, beginnings: list[str] | None) -> list[str] | None:
    if whole is None and beginnings is None:
        return None
    return [*(whole or ()), *(f"{each}*" for each in beginnings or ())]
