"""Events as users see them."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE
from segue.host import clock
from segue.host.ids import new_id
from segue.model import events as model
from segue.wire.events import FedEvent

_LABELS = 500


class Resource:
    """What an event happened to, as labels; `segue.resource.id` is one of them. Raises ValueError without it."""

    def __init__(self, labels: Mapping[str, str] | Resource) -> None:
        self.root: dict[str, str] = dict(labels.root if isinstance(labels, Resource) else labels)
        if len(self.root) > _LABELS:
            raise ValueError(f"The maximum number of labels per resource is {_LABELS}")
        if RESOURCE_ID not in self.root:
            raise ValueError(f"Resources must include the {RESOURCE_ID} label")
        if not self.root[RESOURCE_ID]:
            raise ValueError(f"The {RESOURCE_ID} label must be non-empty")

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.root[RESOURCE_ID]

    @property
    def name(self) -> str | None:
        """The resource's name, if it has one."""
        return self.root.get(RESOURCE_NAME)

    def __getitem__(self, label: str) -> str:
        return self.root[label]

    def __contains__(self, label: object) -> bool:
        return label in self.root

    def __iter__(self) -> Iterator[str]:
        return iter(self.root)

    def get(self, label: str, default: str | None = None) -> str | None:
        """Return a label, or the default."""
        return self.root.get(label, default)

    def keys(self) -> KeysView[str]:
        """Return the names of the labels."""
        return self.root.keys()

    def items(self) -> ItemsView[str, str]:
        """Return the labels with their values."""
        return self.root.items()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and type(other) is type(self) and other.root == self.root

    __hash__ = None  # type: ignore[assignment]  # labels can be changed

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={self.root!r})"


class RelatedResource(Resource):
    """What else has to do with an event; `segue.resource.role` says how. Raises ValueError without it."""

    def __init__(self, labels: Mapping[str, str] | Resource) -> None:
        super().__init__(labels)
        if RESOURCE_ROLE not in self.root:
            raise ValueError(f"Related Resources must include the {RESOURCE_ROLE} label")
        if not self.root[RESOURCE_ROLE]:
            raise ValueError(f"The {RESOURCE_ROLE} label must be non-empty")

    @property
    def role(self) -> str:
        """What the resource has to do with the event."""
        return self.root[RESOURCE_ROLE]


class ResourceSpecification:
    """Which resources are meant: values by label, of a list any one."""

    def __init__(self, labels: Mapping[str, str | list[str]] | None = None) -> None:
        self.root: dict[str, str | list[str]] = dict(labels or {})

    def matches(self, resource: Mapping[str, str] | Resource) -> bool:
        """Say whether a resource has every label with one of its values; `*` at a value's end stands for any rest."""
        labels = resource.root if isinstance(resource, Resource) else resource
        return all(
            any(_fits(labels.get(label), value) for value in (values if isinstance(values, list) else [values]))
            for label, values in self.root.items()
        )


def _fits(value: str | None, asked: str) -> bool:
    if value is None:
        return False
    if asked.startswith("!"):
        return not _fits(value, asked[1:])
    return value.startswith(asked[:-1]) if asked.endswith("*") else value == asked


@dataclass(kw_only=True)
class Event:
    """Something that happened to a resource."""

    event: str
    resource: Resource
    occurred: datetime = field(default_factory=clock.now)
    related: list[RelatedResource] = field(default_factory=list)
    payload: dict[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=lambda: UUID(new_id()))
    follows: UUID | None = None

    def __post_init__(self) -> None:
        # Given as plain dicts and texts as well; each of these makes a new object of either.
        self.resource = Resource(self.resource)
        self.related = [RelatedResource(each) for each in self.related]
        if self.occurred.tzinfo is None:
            self.occurred = self.occurred.replace(tzinfo=UTC)
        self.id = UUID(str(self.id))
        self.follows = UUID(str(self.follows)) if self.follows is not None else None

    @property
    def size_bytes(self) -> int:
        """How large the event is as JSON."""
        return len(msgspec.json.encode(self.model))

    @property
    def involved_resources(self) -> Sequence[Resource]:
        """The resource and all that is related."""
        return [self.resource, *self.related]

    @property
    def resource_in_role(self) -> Mapping[str, RelatedResource]:
        """The first related resource of each role."""
        return {each.role: each for each in reversed(self.related)}

    @property
    def resources_in_role(self) -> Mapping[str, Sequence[RelatedResource]]:
        """The related resources of each role."""
        found: dict[str, list[RelatedResource]] = {}
        for each in self.related:
            found.setdefault(each.role, []).append(each)
        return found

    def find_resource_label(self, label: str) -> str | None:
        """Return a label of the resource, or else of what is related; `role:label` asks those of one role."""
        role, colon, name = label.rpartition(":")
        if colon:
            found = self.resource_in_role.get(role)
            return found.get(name) if found is not None else None
        values = (each[label] for each in self.involved_resources if label in each)
        return next(values, None)

    @property
    def model(self) -> model.Event:
        """The event as it is recorded."""
        return model.Event(
            id=str(self.id),
            event=self.event,
            occurred=self.occurred,
            resource=self.resource.root,
            related=[each.root for each in self.related],
            payload=self.payload,
            follows=str(self.follows) if self.follows is not None else None,
        )


@dataclass(kw_only=True)
class ReceivedEvent(Event):
    """An event of the feed, with who caused it and why."""

    #: Its place in the feed: later known, greater number.
    sequence: int = 0
    actor: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, fed: FedEvent) -> ReceivedEvent:
        """Return the face of an event that was read."""
        return cls(
            event=fed.event,
            resource=Resource(fed.resource),
            occurred=fed.occurred,
            related=[RelatedResource(each) for each in fed.related],
            payload=dict(fed.payload),
            id=UUID(fed.id),
            follows=UUID(fed.follows) if fed.follows is not None else None,
            sequence=fed.seq,
            actor=fed.actor.name if fed.actor is not None else None,
            reason=fed.reason,
        )
