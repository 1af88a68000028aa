"""Runs, flows, logs, artifacts, variables as users see them: the model's nouns in Python's own types.

Ids are `uuid.UUID`, instants are aware UTC datetimes, durations are timedeltas, a state is a `segue.states.State`. Each is a
snapshot, compared by value.
"""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import msgspec
from msgspec import field

from segue.client.schemas.blocks import BlockDocument, BlockSchema, BlockType
from segue.faces import Face, new_uuid
from segue.host import clock
from segue.log_lines import Log as Log
from segue.model import runs, slots, things
from segue.model.states import Completed, Running, Scheduled
from segue.model.states import State as ModelState
from segue.state_details import StateDetails
from segue.states import TERMINAL_STATES, State, StateType

if TYPE_CHECKING:
    from segue.client.schemas.deployments import ConcurrencyLimitConfig as ConcurrencyLimitConfig
    from segue.client.schemas.deployments import ConcurrencyLimitStrategy as ConcurrencyLimitStrategy
    from segue.client.schemas.deployments import ConcurrencyOptions as ConcurrencyOptions
    from segue.client.schemas.deployments import Deployment as Deployment
    from segue.client.schemas.deployments import VersionInfo as VersionInfo
    from segue.client.schemas.pools import Worker as Worker
    from segue.client.schemas.pools import WorkerStatus as WorkerStatus
    from segue.client.schemas.pools import WorkPool as WorkPool
    from segue.client.schemas.pools import WorkPoolStatus as WorkPoolStatus
    from segue.client.schemas.pools import WorkQueue as WorkQueue
    from segue.client.schemas.pools import WorkQueueStatus as WorkQueueStatus
    from segue.client.schemas.schedules import DeploymentSchedule as DeploymentSchedule
    from segue.engine.lives import FlowLife, TaskLife

__all__ = [
    "State", "StateType", "StateDetails", "TERMINAL_STATES", "FlowRun", "TaskRun", "Flow", "Log", "Artifact",
    "ArtifactCollection", "Variable", "FlowRunInput", "RunInput", "BlockType", "BlockSchema", "BlockDocument",
    "FlowRunPolicy", "TaskRunPolicy", "TaskRunResult", "FlowRunResult", "Parameter", "Constant",
    "ConcurrencyLimitConfig", "ConcurrencyLimitStrategy", "ConcurrencyOptions", "Deployment", "DeploymentSchedule",
    "VersionInfo", "WorkPool", "WorkPoolStatus", "WorkQueue", "WorkQueueStatus", "Worker", "WorkerStatus",
]  # fmt: skip


#: Nouns of deployments: they stand elsewhere, and load what reads schedules.
_ELSEWHERE = {
    **dict.fromkeys(
        ("ConcurrencyLimitConfig", "ConcurrencyLimitStrategy", "ConcurrencyOptions", "Deployment", "VersionInfo"),
        "segue.client.schemas.deployments",
    ),
    **dict.fromkeys(
        ("WorkPool", "WorkPoolStatus", "WorkQueue", "WorkQueueStatus", "Worker", "WorkerStatus"),
        "segue.client.schemas.pools",
    ),
    "DeploymentSchedule": "segue.client.schemas.schedules",
}


def __getattr__(name: str) -> object:
    # A door: hooks and contexts make runs alone, and do not pay for what only deployments need.
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ELSEWHERE[name]), name)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _running_for(state: ModelState, recorded: float) -> timedelta:
    """Time spent running up to now: what was recorded, and the present stretch when the run is under way."""
    seconds = recorded
    if isinstance(state, Running):
        seconds += max((clock.now() - state.timestamp).total_seconds(), 0.0)
    return timedelta(seconds=seconds)


class RunInput(Face, kw_only=True):
    """Where one input of a task run came from."""

    input_type: str


class FlowRunPolicy(Face, kw_only=True):
    """What a flow run was told of retries and pauses."""

    max_retries: int = 0
    retry_delay_seconds: float = 0
    retries: int | None = None
    retry_delay: int | None = None
    pause_keys: set[str] | None = field(default_factory=set)
    resuming: bool | None = False
    retry_type: Literal["in_process", "reschedule"] | None = None


class TaskRunPolicy(Face, kw_only=True):
    """What a task run was told of retries."""

    max_retries: int = 0
    retry_delay_seconds: float = 0
    retries: int | None = None
    retry_delay: float | list[float] | None = None
    retry_jitter_factor: float | None = None


class TaskRunResult(RunInput, kw_only=True):
    """The input is the result of another task run."""

    input_type: str = "task_run"
    id: UUID


class FlowRunResult(RunInput, kw_only=True):
    """The input is the result of a flow run."""

    input_type: str = "flow_run"
    id: UUID


class Parameter(RunInput, kw_only=True):
    """The input is a parameter of the flow run."""

    input_type: str = "parameter"
    name: str


class Constant(RunInput, kw_only=True):
    """The input is a plain value."""

    input_type: str = "constant"
    type: str


class FlowRun(Face, kw_only=True):
    """One execution of a flow."""

    id: UUID = field(default_factory=new_uuid)
    name: str = ""
    flow_id: UUID | None = None
    flow_name: str | None = None
    flow_version: str | None = None
    #: Runs of deployments alone have these.
    deployment_id: UUID | None = None
    work_pool_name: str | None = None
    work_queue_name: str | None = None
    job_variables: dict[str, object] | None = None
    labels: dict[str, str | int | float | bool] = field(default_factory=dict)
    auto_scheduled: bool = False
    parameters: dict[str, object] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    state: State | None = None
    state_id: UUID | None = None
    state_type: StateType | None = None
    state_name: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    parent_task_run_id: UUID | None = None
    parent_flow_run_id: UUID | None = None
    root_flow_run_id: UUID | None = None
    run_count: int = 0
    expected_start_time: datetime | None = None
    next_scheduled_start_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    #: Time spent running, over all attempts, up to the last change of state.
    total_run_time: timedelta = timedelta(0)
    #: The same up to now.
    estimated_run_time: timedelta = timedelta(0)
    idempotency_key: str | None = None
    entrypoint: str | None = None
    durable: bool = False
    #: Who or what made the run.
    created_by: str | None = None
    empirical_policy: FlowRunPolicy = field(default_factory=FlowRunPolicy)

    @property
    def estimated_start_time_delta(self) -> timedelta:
        """How late the run started, or is by now when it has not started."""
        return _late(self)

    @classmethod
    def of(cls, run: runs.FlowRun) -> FlowRun:
        """Make the users' form of a recorded run."""
        state = run.state
        return cls(
            id=UUID(run.id), name=run.name, flow_id=_id(run.flow_id), flow_name=run.flow_name, flow_version=run.flow_version,
            deployment_id=_id(run.deployment_id), parameters=dict(run.parameters), tags=list(run.tags),
            created=run.created, updated=run.updated, parent_task_run_id=_id(run.parent_task_run_id),
            parent_flow_run_id=_id(run.parent_flow_run_id), root_flow_run_id=_id(run.root_flow_run_id),
            run_count=run.run_count, expected_start_time=run.expected_start_time or run.created,
            start_time=run.start_time, end_time=run.end_time, total_run_time=timedelta(seconds=run.total_run_time),
            estimated_run_time=_running_for(state, run.total_run_time), idempotency_key=run.idempotency_key,
            entrypoint=run.entrypoint, durable=run.durable, work_pool_name=run.work_pool_name,
            work_queue_name=run.work_queue_name, job_variables=dict(run.job_variables), labels=dict(run.labels),
            created_by=run.created_by.name if run.created_by is not None else None,
            empirical_policy=_flow_policy(run.terms or runs.Terms()),
        ).in_state(State.of(state))  # fmt: skip

    @classmethod
    def of_life(cls, life: FlowLife, state: State | None = None) -> FlowRun:
        """Make the users' form of a run that lives in this process; `state` is its state when that carries a value."""
        now = life.state
        made = cls(
            id=UUID(life.id), name=life.name, flow_id=_id(life.flow_id), flow_name=life.spec.name, flow_version=life.spec.version,
            parameters=dict(life.given), tags=sorted(life.tags), created=life.created,
            updated=now.timestamp if now is not None else life.created,
            parent_task_run_id=UUID(life.parent_task.id) if life.parent_task is not None else None,
            parent_flow_run_id=UUID(life.parent.id) if life.parent is not None else None, root_flow_run_id=UUID(life.root_id),
            run_count=life.run_count, expected_start_time=life.created, start_time=life.start_time, end_time=life.end_time,
            total_run_time=timedelta(seconds=life.run_seconds), entrypoint=life.spec.entrypoint, durable=life.spec.durable,
            empirical_policy=_flow_policy(life.spec.terms or runs.Terms()),
        )  # fmt: skip
        if now is None:
            return made
        made.estimated_run_time = _running_for(now, life.run_seconds)
        return made.in_state(state if state is not None else State.of(now))

    def in_state(self, state: State) -> FlowRun:
        """Take a state and what follows from it; returns itself."""
        self.state, self.state_id, self.state_type, self.state_name = state, state.id, state.type, state.name
        state.state_details.flow_run_id = self.id
        now = state.model
        self.next_scheduled_start_time = now.at if isinstance(now, Scheduled) else None
        return self


def _flow_policy(terms: runs.Terms) -> FlowRunPolicy:
    delay = terms.delay if isinstance(terms.delay, int | float) else 0
    return FlowRunPolicy(retries=terms.retries, retry_delay=int(delay))


def _task_policy(terms: runs.Terms) -> TaskRunPolicy:
    delay = 0 if terms.delay is None else terms.delay
    return TaskRunPolicy(retries=terms.retries, retry_delay=delay, retry_jitter_factor=terms.jitter)


def _late(run: FlowRun | TaskRun) -> timedelta:
    if run.expected_start_time is None or (run.state is not None and run.state.is_final() and not run.start_time):
        return timedelta(0)
    return max((run.start_time or clock.now()) - run.expected_start_time, timedelta(0))


class TaskRun(Face, kw_only=True):
    """One execution of a task."""

    id: UUID = field(default_factory=new_uuid)
    name: str = ""
    task_key: str = ""
    task_name: str = ""
    dynamic_key: str = "0"
    flow_run_id: UUID | None = None
    parent_task_run_id: UUID | None = None
    cache_key: str | None = None
    cache_expiration: datetime | None = None
    tags: list[str] = field(default_factory=list)
    task_inputs: dict[str, list[TaskRunResult | FlowRunResult | Parameter | Constant]] = field(default_factory=dict)
    state: State | None = None
    state_id: UUID | None = None
    state_type: StateType | None = None
    state_name: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    run_count: int = 0
    expected_start_time: datetime | None = None
    next_scheduled_start_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    total_run_time: timedelta = timedelta(0)
    estimated_run_time: timedelta = timedelta(0)
    child_flow_run_id: UUID | None = None
    entrypoint: str | None = None
    labels: dict[str, str | int | float | bool] = field(default_factory=dict)
    task_version: str | None = None
    flow_run_run_count: int = 0
    empirical_policy: TaskRunPolicy = field(default_factory=TaskRunPolicy)

    @property
    def estimated_start_time_delta(self) -> timedelta:
        """How late the run started, or is by now when it has not started."""
        return _late(self)

    @classmethod
    def of(cls, run: runs.TaskRun) -> TaskRun:
        """Make the users' form of a recorded run."""
        terms = run.terms or runs.Terms()
        return cls(
            id=UUID(run.id), name=run.name, task_key=run.task_key, task_name=run.task_name, dynamic_key=run.dynamic_key,
            flow_run_id=_id(run.flow_run_id), parent_task_run_id=_id(run.parent_task_run_id),
            cache_key=run.cache.key if run.cache is not None else None, tags=list(run.tags),
            task_inputs=_inputs(run.upstream), created=run.created, updated=run.updated, run_count=run.run_count,
            expected_start_time=run.created, start_time=run.start_time, end_time=run.end_time,
            total_run_time=timedelta(seconds=run.total_run_time),
            estimated_run_time=_running_for(run.state, run.total_run_time),
            child_flow_run_id=_id(run.child_flow_run_id), entrypoint=run.entrypoint, task_version=terms.version,
            empirical_policy=_task_policy(terms), flow_run_run_count=terms.flow_attempt if run.flow_run_id else 0,
        ).in_state(State.of(run.state))  # fmt: skip

    @classmethod
    def of_life(cls, life: TaskLife, state: State | None = None) -> TaskRun:
        """Make the users' form of a run that lives in this process; `state` is its state when that carries a value."""
        terms = life.spec.terms or runs.Terms()
        return cls(
            id=UUID(life.id), name=life.name, task_key=life.spec.key, task_name=life.spec.name, dynamic_key=life.dynamic_key,
            flow_run_id=UUID(life.flow.id) if life.flow is not None else None,
            parent_task_run_id=UUID(life.parent.id) if life.parent is not None else None,
            cache_key=life.cache.key if life.cache is not None else None, tags=sorted(life.tags),
            task_inputs=_inputs(life.upstream), updated=life.state.timestamp, run_count=life.run_count,
            start_time=life.start_time, end_time=life.end_time, total_run_time=timedelta(seconds=life.run_seconds),
            estimated_run_time=_running_for(life.state, life.run_seconds), entrypoint=life.spec.entrypoint,
            task_version=terms.version, empirical_policy=_task_policy(terms),
            flow_run_run_count=life.flow.run_count if life.flow is not None else 0,
        ).in_state(state if state is not None else State.of(life.state))  # fmt: skip

    def in_state(self, state: State) -> TaskRun:
        """Take a state and what follows from it; returns itself."""
        self.state, self.state_id, self.state_type, self.state_name = state, state.id, state.type, state.name
        details, now = state.state_details, state.model
        details.task_run_id, details.flow_run_id = self.id, self.flow_run_id
        details.child_flow_run_id, details.cache_key = self.child_flow_run_id, self.cache_key
        self.next_scheduled_start_time = now.at if isinstance(now, Scheduled) else None
        if isinstance(now, Completed) and now.result is not None:
            self.cache_expiration = now.result.expires
        return self


def _inputs(upstream: object) -> dict[str, list[TaskRunResult | FlowRunResult | Parameter | Constant]]:
    edges: dict[str, list[str]] = dict(upstream)  # type: ignore[call-overload]
    return {name: [TaskRunResult(id=UUID(origin)) for origin in origins] for name, origins in edges.items()}


class Flow(Face, kw_only=True):
    """A flow that ran at least once."""

    id: UUID = field(default_factory=new_uuid)
    name: str
    tags: list[str] = field(default_factory=list)
    labels: dict[str, str | int | float | bool] = field(default_factory=dict)
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, flow: runs.Flow) -> Flow:
        """Make the users' form of a recorded flow."""
        return cls(id=UUID(flow.id), name=flow.name, tags=list(flow.tags), created=flow.created, updated=flow.created)


class Artifact(Face, kw_only=True):
    """A piece of a report left by a run."""

    id: UUID = field(default_factory=new_uuid)
    key: str | None = None
    type: str | None = None
    description: str | None = None
    data: object = None
    metadata_: dict[str, str] | None = None
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, artifact: things.Artifact) -> Artifact:
        """Make the users' form of a recorded artifact."""
        return cls(
            id=UUID(artifact.id), key=artifact.key, type=artifact.type, description=artifact.description, data=artifact.data,
            metadata_=dict(artifact.metadata) or None, flow_run_id=_id(artifact.flow_run_id), task_run_id=_id(artifact.task_run_id),
            created=artifact.created, updated=artifact.updated,
        )  # fmt: skip


class ArtifactCollection(Artifact, kw_only=True):
    """The newest artifact of a key."""

    latest_id: UUID = field(default_factory=new_uuid)

    @classmethod
    def of(cls, artifact: things.Artifact) -> ArtifactCollection:
        """Make the users' form of a recorded artifact that is the newest of its key."""
        return cls(**msgspec.structs.asdict(Artifact.of(artifact)), latest_id=UUID(artifact.id))


class Variable(Face, kw_only=True):
    """A named JSON value shared by all runs."""

    id: UUID = field(default_factory=new_uuid)
    name: str
    value: object = None
    tags: list[str] = field(default_factory=list)
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, variable: things.Variable) -> Variable:
        """Make the users' form of a recorded variable."""
        return cls(
            id=UUID(variable.id), name=variable.name, value=variable.value, tags=list(variable.tags), created=variable.created,
            updated=variable.updated,
        )  # fmt: skip


class FlowRunInput(Face, kw_only=True):
    """A value sent to a flow run; `value` is JSON text."""

    flow_run_id: UUID
    key: str
    value: str
    sender: str | None = None
    created: datetime | None = None

    @property
    def decoded_value(self) -> object:
        """The value that was sent."""
        return msgspec.json.decode(self.value)

    @classmethod
    def of(cls, sent: things.RunInput) -> FlowRunInput:
        """Make the users' form of a recorded input."""
        return cls(
            flow_run_id=UUID(sent.flow_run_id), key=sent.key, value=sent.value, sender=sent.sender, created=sent.created
        )


class GlobalConcurrencyLimit(Face, kw_only=True):
    """How many may do something at once, and how many do."""

    id: UUID = field(default_factory=new_uuid)
    name: str
    limit: int
    active: bool | None = True
    active_slots: int | None = 0
    slot_decay_per_second: float | None = 0.0
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, limit: slots.Limit) -> GlobalConcurrencyLimit:
        """Make the users' form of a recorded limit."""
        return cls(
            id=UUID(limit.id), name=limit.name, limit=limit.limit, active=limit.active, active_slots=limit.active_slots,
            slot_decay_per_second=limit.slot_decay_per_second, created=limit.created, updated=limit.updated,
        )  # fmt: skip


class ConcurrencyLimit(Face, kw_only=True):
    """How many tasks with a tag run at once, and which do."""

    id: UUID = field(default_factory=new_uuid)
    tag: str
    concurrency_limit: int
    #: Ids of the task runs that hold slots.
    active_slots: list[UUID] = field(default_factory=list)
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, limit: slots.Limit) -> ConcurrencyLimit:
        """Make the users' form of a recorded limit on a tag."""
        holding = [UUID(each.holder.id) for each in limit.holders if each.holder is not None]
        return cls(
            id=UUID(limit.id), tag=limit.name.removeprefix(slots.TAG), concurrency_limit=limit.limit, active_slots=holding,
            created=limit.created, updated=limit.updated,
        )  # fmt: skip
