"""What the client needs to make or change something."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from segue.client.schemas.schedules import SCHEDULE_TYPES
from segue.decide.blocks import NAME, NAME_SENTENCE
from segue.model.deployments import ConcurrencyOptions
from segue.refusing import invalid


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


class LogCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A log line; by default of the moment at which it is recorded."""

    name: str
    level: int
    message: str
    timestamp: datetime | None = None
    flow_run_id: UUID | str | None = None
    task_run_id: UUID | str | None = None


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


class BlockTypeCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new block type."""

    name: str
    slug: str
    logo_url: str | None = None
    documentation_url: str | None = None
    description: str | None = None
    code_example: str | None = None


class BlockTypeUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes of what describes a block type; what is None stays."""

    logo_url: str | None = None
    documentation_url: str | None = None
    description: str | None = None
    code_example: str | None = None


class BlockSchemaCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A schema of a block type: JSON schema, with `secret_fields`."""

    fields: dict[str, object]
    block_type_id: UUID
    capabilities: list[str] = field(default_factory=list)
    version: str = "non-versioned"


class BlockDocumentCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new document; raises ValidationError for a name that none can have."""

    name: str | None = None
    data: dict[str, object]
    block_schema_id: UUID
    block_type_id: UUID
    is_anonymous: bool = False

    def __post_init__(self) -> None:
        if self.name is not None and NAME.fullmatch(self.name) is None:
            raise invalid("BlockDocumentCreate", "name", self.name, NAME_SENTENCE)


class BlockDocumentUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """New data for a document; fields that are not given stay, unless `merge_existing_data=False`."""

    data: dict[str, object]
    block_schema_id: UUID | None = None
    merge_existing_data: bool = True


class DeploymentScheduleCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new schedule of a deployment; one that has the same slug is brought up to date."""

    schedule: SCHEDULE_TYPES
    active: bool = True
    max_scheduled_runs: int | None = None
    parameters: dict[str, object] = field(default_factory=dict)
    slug: str | None = None


class DeploymentScheduleUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A schedule as it shall be; what is not given stays, or is what a new one has."""

    schedule: SCHEDULE_TYPES | None = None
    active: bool | None = None
    max_scheduled_runs: int | None = None
    parameters: dict[str, object] | None = None
    slug: str | None = None


class DeploymentUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes of a deployment; what is not given stays. `schedules` take the place of those that it has."""

    version: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    parameters: dict[str, object] | UnsetType | None = UNSET
    paused: bool | UnsetType | None = UNSET
    schedules: list[DeploymentScheduleUpdate] | UnsetType | None = UNSET
    concurrency_limit: int | UnsetType | None = UNSET
    concurrency_options: ConcurrencyOptions | UnsetType | None = UNSET
    keep_running: bool | UnsetType | None = UNSET
    tags: list[str] | UnsetType = UNSET
    work_queue_name: str | UnsetType | None = UNSET
    work_pool_name: str | UnsetType | None = UNSET
    path: str | UnsetType | None = UNSET
    job_variables: dict[str, object] | UnsetType | None = UNSET
    entrypoint: str | UnsetType | None = UNSET
    enforce_parameter_schema: bool | UnsetType | None = UNSET
    parameter_openapi_schema: dict[str, object] | UnsetType | None = UNSET
    pull_steps: list[dict[str, object]] | UnsetType | None = UNSET


class WorkPoolCreate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new work pool; without a template it has its type's own."""

    name: str
    description: str | None = None
    type: str = "process"
    base_job_template: dict[str, object] = field(default_factory=dict)
    is_paused: bool = False
    concurrency_limit: int | None = None


class WorkPoolUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes of a work pool; what is not given stays."""

    description: str | UnsetType | None = UNSET
    is_paused: bool | UnsetType | None = UNSET
    base_job_template: dict[str, object] | UnsetType | None = UNSET
    concurrency_limit: int | UnsetType | None = UNSET
