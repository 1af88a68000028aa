"""What the client needs to make or change something."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType


class ArtifactCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new artifact; the same key again makes a new version."""

    key: str | None = None
    type: str | None = None
    description: str | None = None
    data: object = None
    metadata_: dict[str, str] | None = None
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None


class ArtifactUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """New data or another description for an artifact; what is not given stays."""

    data: object = UNSET
    description: str | UnsetType | None = UNSET


class VariableCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new variable."""

    name: str
    value: object = None
    tags: list[str] | None = None


class VariableUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new value for a variable; tags that are not given stay."""

    name: str
    value: object = None
    tags: list[str] | None = None


class GlobalConcurrencyLimitCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new concurrency limit."""

    name: str
    limit: int
    active: bool | None = True
    active_slots: int | None = 0
    slot_decay_per_second: float | None = 0.0


class GlobalConcurrencyLimitUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes of a concurrency limit; what is not given stays."""

    name: str | None = None
    limit: int | None = None
    active: bool | None = None
    slot_decay_per_second: float | None = None
