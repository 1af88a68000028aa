"""Deployments as users of the client see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, field

from segue.client.schemas.schedules import DeploymentSchedule
from segue.client.schemas.words import Word
from segue.faces import Face, new_uuid
from segue.model import deployments
from segue.model.deployments import ConcurrencyOptions
from segue.model.schedules import Schedule

__all__ = ["ConcurrencyLimitConfig", "ConcurrencyLimitStrategy", "ConcurrencyOptions", "Deployment", "VersionInfo"]


class ConcurrencyLimitStrategy(Word):
    """What becomes of a run when the limit of its deployment is full."""

    ENQUEUE = "ENQUEUE"
    CANCEL_NEW = "CANCEL_NEW"


class ConcurrencyLimitConfig(Struct, frozen=True, kw_only=True):
    """How many runs of a deployment may execute at once, and what becomes of the next."""

    limit: int
    collision_strategy: ConcurrencyLimitStrategy = ConcurrencyLimitStrategy.ENQUEUE
    #: Seconds that infrastructure may take to start before its slot is given to another.
    grace_period_seconds: int | None = None

    @property
    def options(self) -> ConcurrencyOptions:
        """What is recorded beside the limit itself."""
        return ConcurrencyOptions(
            collision_strategy=ConcurrencyLimitStrategy(self.collision_strategy).value,
            grace_period_seconds=self.grace_period_seconds,
        )


class VersionInfo(Struct, frozen=True, kw_only=True):
    """A version in the user's own words: `segue:simple`, `vcs:git`, …, and what it is called there."""

    type: str
    version: str


class Deployment(Face, kw_only=True):
    """A flow that can be run elsewhere."""

    id: UUID = field(default_factory=new_uuid)
    created: datetime | None = None
    updated: datetime | None = None
    name: str
    flow_id: UUID
    flow_name: str | None = None
    version: str | None = None
    #: Rises with each change of what its runs do.
    version_number: int = 1
    description: str | None = None
    paused: bool = False
    concurrency_limit: int | None = None
    concurrency_options: ConcurrencyOptions | None = None
    #: A service: one run of it is under way at any time, unless it is paused.
    keep_running: bool = False
    schedules: list[DeploymentSchedule] = field(default_factory=list)
    job_variables: dict[str, object] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)
    pull_steps: list[dict[str, object]] | None = None
    tags: list[str] = field(default_factory=list)
    labels: dict[str, str | int | float | bool] = field(default_factory=dict)
    work_pool_name: str | None = None
    work_queue_name: str | None = None
    work_queue_id: UUID | None = None
    parameter_openapi_schema: dict[str, object] | None = None
    enforce_parameter_schema: bool = True
    path: str | None = None
    entrypoint: str | None = None

    @classmethod
    def of(cls, of: deployments.Deployment, its: Sequence[Schedule] = ()) -> Deployment:
        """Make the users' form of a recorded deployment and its schedules."""
        return cls(
            id=UUID(of.id), created=of.created, updated=of.updated, name=of.name, flow_id=UUID(of.flow_id), flow_name=of.flow_name,
            version=of.version, version_number=of.version_number, description=of.description, paused=of.paused,
            concurrency_limit=of.concurrency_limit, concurrency_options=of.concurrency_options, keep_running=of.keep_running,
            schedules=[DeploymentSchedule.of(each) for each in its], job_variables=dict(of.job_variables),
            parameters=dict(of.parameters), pull_steps=list(of.pull_steps) or None, tags=list(of.tags), labels=dict(of.labels),
            work_pool_name=of.work_pool_name, work_queue_name=of.work_queue_name,
            work_queue_id=None if of.work_queue_id is None else UUID(of.work_queue_id),
            parameter_openapi_schema=dict(of.parameter_openapi_schema), enforce_parameter_schema=of.enforce_parameter_schema,
            path=of.path, entrypoint=of.entrypoint,
        )  # fmt: skip
