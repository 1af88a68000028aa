"""Deployments: a flow that can be run elsewhere, where its code lies, and what it is run with."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from segue.model.runs import Id
from segue.model.states import Actor

#: What becomes of a run when the deployment's limit is full: it waits for its turn, or is cancelled.
CollisionStrategy: TypeAlias = Literal["ENQUEUE", "CANCEL_NEW"]


class ConcurrencyOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the limit of a deployment is kept."""

    collision_strategy: CollisionStrategy = "ENQUEUE"
    #: Seconds that infrastructure may take to start before its slot is given to another.
    grace_period_seconds: int | None = None


class Deployment(Struct, frozen=True, kw_only=True):
    """A flow that can be run elsewhere: pointers to its code, its parameters, and the pool it is sent to."""

    id: Id
    name: str
    flow_id: Id
    flow_name: str
    created: datetime
    updated: datetime
    #: Rises with each change of what a run does; the earlier ones are kept.
    version_number: int = 1
    #: The user's own word for a version.
    version: str | None = None
    #: `file.py:function` or `package.module.function`, from the folder that the pull steps leave the code in.
    entrypoint: str | None = None
    path: str | None = None
    #: What a worker does to fetch the code: each step is one key, its dotted name or short name, with its inputs.
    pull_steps: list[dict[str, object]] = []
    parameters: dict[str, object] = {}
    parameter_openapi_schema: dict[str, object] = {}
    enforce_parameter_schema: bool = True
    tags: list[str] = []
    labels: dict[str, str | int | float | bool] = {}
    description: str | None = None
    #: Its schedules rest; it can be run by hand.
    paused: bool = False
    work_pool_id: Id | None = None
    work_pool_name: str | None = None
    work_queue_id: Id | None = None
    work_queue_name: str | None = None
    #: Overrides of the base job template's variables.
    job_variables: dict[str, object] = {}
    #: Runs that may execute at once.
    concurrency_limit: int | None = None
    concurrency_options: ConcurrencyOptions = ConcurrencyOptions()
    #: A service: one run of it is under way at any time, and begun again when it ends, unless the deployment is paused.
    keep_running: bool = False


class DeploymentVersion(Struct, frozen=True, kw_only=True):
    """What a deployment was, under one number; a run keeps to the one it began with."""

    deployment_id: Id
    number: int
    created: datetime
    created_by: Actor | None = None
    deployment: Deployment


#: What a run does hangs on these: a change of one makes a version.
VERSIONED = (
    "version", "entrypoint", "path", "pull_steps", "parameters", "parameter_openapi_schema", "enforce_parameter_schema",
    "work_pool_id", "work_queue_id", "job_variables",
)  # fmt: skip
