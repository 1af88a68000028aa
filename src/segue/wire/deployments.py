"""Deployments over the wire: made and brought up to date under their flow's name, changed, read; runs made from them."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from segue.model.bounds import Amount, Instant, Offset, PageSize
from segue.model.deployments import ConcurrencyOptions, Deployment, DeploymentVersion
from segue.model.runs import FlowRun, Id
from segue.model.states import Actor
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ById, Nothing


class PutDeployment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Makes a deployment; one of this name and flow is brought up to date: it keeps its id, its runs and its earlier versions."""

    name: str
    flow_name: str
    version: str | None = None
    entrypoint: str | None = None
    path: str | None = None
    pull_steps: list[dict[str, object]] = []
    parameters: dict[str, object] = {}
    parameter_openapi_schema: dict[str, object] = {}
    enforce_parameter_schema: bool = True
    tags: list[str] = []
    labels: dict[str, str | int | float | bool] = {}
    description: str | None = None
    #: None: not paused where it is new, else as it was.
    paused: bool | None = None
    work_pool_name: str | None = None
    #: By default the pool's default queue; one that is not there yet is made.
    work_queue_name: str | None = None
    job_variables: dict[str, object] = {}
    concurrency_limit: Amount | None = None
    concurrency_options: ConcurrencyOptions = ConcurrencyOptions()
    #: A service: one run of it is under way at any time, and begun again when it ends, unless the deployment is paused. None: as
    #: it was, no service where it is new.
    keep_running: bool | None = None
    #: Made by the server where none is given.
    id: Id = ""


class EditDeployment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes facts of a deployment; what is left out stays as it is."""

    id: Id
    version: str | UnsetType | None = UNSET
    entrypoint: str | UnsetType | None = UNSET
    path: str | UnsetType | None = UNSET
    pull_steps: list[dict[str, object]] | UnsetType = UNSET
    parameters: dict[str, object] | UnsetType = UNSET
    parameter_openapi_schema: dict[str, object] | UnsetType = UNSET
    enforce_parameter_schema: bool | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    labels: dict[str, str | int | float | bool] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    paused: bool | UnsetType = UNSET
    #: None takes it out of its pool.
    work_pool_name: str | UnsetType | None = UNSET
    work_queue_name: str | UnsetType | None = UNSET
    job_variables: dict[str, object] | UnsetType = UNSET
    concurrency_limit: Amount | UnsetType | None = UNSET
    concurrency_options: ConcurrencyOptions | UnsetType = UNSET
    keep_running: bool | UnsetType = UNSET


class ByFlowAndName(Struct, frozen=True):
    """Names one deployment by its flow and its name."""

    flow_name: str
    name: str


class DeploymentQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of deployments, by name unless `sort` says otherwise."""

    ids: list[Id] | None = None
    #: An id, a name, or `flow/name`.
    ref: str | None = None
    names: list[str] | None = None
    name_like: str | None = None
    flow_ids: list[Id] | None = None
    flow_names: list[str] | None = None
    work_pool_names: list[str] | None = None
    work_queue_ids: list[Id] | None = None
    work_queue_names: list[str] | None = None
    tags_all: list[str] | None = None
    tags_any: list[str] | None = None
    paused: bool | None = None
    created_after: Instant | None = None
    #: `name`, `created` or `updated`; a leading `-` turns the order round.
    sort: str = "name"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Deployments(Struct, frozen=True, kw_only=True):
    """A page of deployments."""

    items: list[Deployment]
    next: str | None = None


class VersionQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of a deployment's versions, newest first."""

    id: Id
    limit: PageSize = 50
    after: str | None = None


class Versions(Struct, frozen=True, kw_only=True):
    """A page of versions."""

    items: list[DeploymentVersion]
    next: str | None = None


class VersionRef(Struct, frozen=True):
    """Names one version of a deployment."""

    id: Id
    number: int


class StandIn(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The task run by which a run of a deployment appears in the flow run that starts it: made with it, and always in its state."""

    id: Id
    name: str
    task_name: str
    task_key: str
    dynamic_key: str = "0"
    tags: list[str] = []
    #: Task runs whose results its parameters are made of, by parameter.
    upstream: dict[str, list[Id]] = {}
    #: The task run whose body starts it.
    parent_task_run_id: Id | None = None


class NewRunOfDeployment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A flow run to be made from a deployment: Scheduled, its parameters checked; idempotent by id and by idempotency key."""

    deployment_id: Id
    #: Made by the server where none is given, as is the name.
    id: Id = ""
    name: str = ""
    #: Above the deployment's own.
    parameters: dict[str, object] = {}
    #: When it may begin; by default at once.
    scheduled_time: Instant | None = None
    #: Beside the deployment's own.
    tags: list[str] = []
    job_variables: dict[str, object] = {}
    #: Another queue of the deployment's pool.
    work_queue_name: str | None = None
    idempotency_key: str | None = None
    parent_task_run_id: Id | None = None
    parent_flow_run_id: Id | None = None
    #: To be made with the run; needs the flow run that starts it.
    stand_in: StandIn | None = None
    created_by: Actor | None = None
    message: str | None = None
    traceparent: str | None = None


class RunsOfDeployment(Struct, frozen=True, kw_only=True):
    """Flow runs that were made, in the order in which they were asked for."""

    items: list[FlowRun]


class NewRunsOfDeployment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several flow runs to be made from one deployment: all of them, or none."""

    deployment_id: Id
    runs: list[NewRunOfDeployment]


_R, _RUN, _E = Access.READ, Access.RUN, Access.EDIT
_READ, _NOW = Durability.READ, Durability.NOW

_N = "deployments"
DEPLOYMENT_PUT = Operation(f"{_N}.put", "POST", f"/{_N}", PutDeployment, Deployment, _E, _NOW)
DEPLOYMENT_READ = Operation(f"{_N}.read", "GET", f"/{_N}/{{id}}", ById, Deployment, _R, _READ)
DEPLOYMENT_READ_NAMED = Operation(
    f"{_N}.read-named", "GET", "/flows/named/{flow_name}/deployments/{name}", ByFlowAndName, Deployment, _R, _READ
)
DEPLOYMENT_EDIT = Operation(f"{_N}.edit", "PATCH", f"/{_N}/{{id}}", EditDeployment, Deployment, _E, _NOW)
DEPLOYMENT_DELETE = Operation(f"{_N}.delete", "DELETE", f"/{_N}/{{id}}", ById, Nothing, _E, _NOW)
DEPLOYMENT_LIST = Operation(f"{_N}.list", "POST", f"/{_N}/list", DeploymentQuery, Deployments, _R, _READ, get=f"/{_N}")
DEPLOYMENT_COUNT = Operation(
    f"{_N}.count", "POST", f"/{_N}/count", DeploymentQuery, Count, _R, _READ, get=f"/{_N}/count"
)
DEPLOYMENT_VERSIONS = Operation(f"{_N}.versions", "GET", f"/{_N}/{{id}}/versions", VersionQuery, Versions, _R, _READ)
DEPLOYMENT_VERSION = Operation(
    f"{_N}.version", "GET", f"/{_N}/{{id}}/versions/{{number}}", VersionRef, DeploymentVersion, _R, _READ
)
DEPLOYMENT_RUN = Operation(
    f"{_N}.create-flow-run", "POST", f"/{_N}/{{deployment_id}}/flow-runs", NewRunOfDeployment, FlowRun, _RUN, _NOW
)
DEPLOYMENT_RUNS = Operation(
    f"{_N}.create-flow-runs", "POST", f"/{_N}/{{deployment_id}}/flow-runs/bulk", NewRunsOfDeployment, RunsOfDeployment,
    _RUN, _NOW,
)  # fmt: skip
