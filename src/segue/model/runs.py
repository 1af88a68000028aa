"""Flows and their runs, tasks' runs, logs: the nouns of one machine's work."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from segue.model.states import Actor, State

#: Ids are UUIDv7 in canonical text form; `segue.host.ids` makes them.
Id: TypeAlias = str
#: Names and values that say what a thing belongs to.
Labels: TypeAlias = dict[str, str | int | float | bool]


class Terms(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run was told when it was made; none are kept where nothing is said."""

    retries: int = 0
    #: Seconds before each retry, or before the first, the second, …
    delay: float | list[float] | None = None
    jitter: float | None = None
    #: Of the task.
    version: str | None = None
    #: Which attempt of the flow run made the task run.
    flow_attempt: int = 1


class Flow(Struct, frozen=True, kw_only=True):
    """A named flow; it exists from its first run on."""

    id: Id
    name: str
    created: datetime
    tags: list[str] = []


class FlowRun(Struct, frozen=True, kw_only=True):
    """One execution of a flow, whoever started it."""

    id: Id
    flow_id: Id
    flow_name: str
    name: str
    state: State
    created: datetime
    updated: datetime
    #: The lease under which this run executes: its own id for a top-level run, the root run's for a subflow.
    lease_id: Id | None = None
    #: Rises with every claim; a write under an older fence is refused.
    fence: int = 0
    parent_task_run_id: Id | None = None
    parent_flow_run_id: Id | None = None
    root_flow_run_id: Id | None = None
    deployment_id: Id | None = None
    flow_version: str | None = None
    #: `file.py:function`, enough to run the flow again from another process.
    entrypoint: str | None = None
    parameters: dict[str, object] = {}
    tags: list[str] = []
    durable: bool = False
    run_count: int = 0
    expected_start_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    #: Seconds spent Running, over all attempts, up to the last transition.
    total_run_time: float = 0.0
    created_by: Actor | None = None
    idempotency_key: str | None = None
    #: What arrived after the run was closed, if anything: a late outcome never changes the state.
    late_outcome: State | None = None
    #: The span that it began in, as W3C's header names it, where traces were wanted.
    traceparent: str | None = None
    #: Number of the version of its deployment that it keeps to.
    deployment_version: int | None = None
    #: Where it waits, or waited, for a worker.
    work_pool_id: Id | None = None
    work_pool_name: str | None = None
    work_queue_id: Id | None = None
    work_queue_name: str | None = None
    #: Its own overrides of the job's variables, above the deployment's.
    job_variables: dict[str, object] = {}
    labels: Labels = {}
    terms: Terms | None = None


class InputHash(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One input of a task as its cache key saw it."""

    name: str
    #: None when the value could not be hashed; `reason` then says why.
    hash: str | None = None
    reason: str | None = None


class CacheFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a task run's cache key came about; read by `segue cache explain`."""

    key: str | None = None
    policy: str | None = None
    #: Hash (or reason) by part: `task source`, `run id`, `flow parameters`, …
    parts: dict[str, str] = {}
    inputs: list[InputHash] = []
    hit: bool = False
    #: Task run whose result was reused.
    reused_from: Id | None = None


class TaskRun(Struct, frozen=True, kw_only=True):
    """One execution of a task."""

    id: Id
    name: str
    task_name: str
    #: Stable name of the task's code: qualified name and a short hash of where it is defined.
    task_key: str
    state: State
    created: datetime
    updated: datetime
    flow_run_id: Id | None = None
    lease_id: Id | None = None
    parent_task_run_id: Id | None = None
    dynamic_key: str = "0"
    tags: list[str] = []
    run_count: int = 0
    #: Upstream task runs by parameter name: the edges of the graph. `wait_for` is the name of order-only edges.
    upstream: dict[str, list[Id]] = {}
    start_time: datetime | None = None
    end_time: datetime | None = None
    total_run_time: float = 0.0
    cache: CacheFacts | None = None
    #: Identity of a durable step: hash of (scope, task key, inputs, ordinal).
    step: str | None = None
    #: `file.py:function`, to run the task again alone.
    entrypoint: str | None = None
    #: Where the recorded inputs lie, as JSON of a ResultRef; None when they were not kept.
    inputs_ref: str | None = None
    child_flow_run_id: Id | None = None
    terms: Terms | None = None


class StateRow(Struct, frozen=True, kw_only=True):
    """One line of a run's history, and the event of the same fact."""

    seq: int
    run_id: Id
    state: State


class Log(Struct, frozen=True, kw_only=True):
    """One log line of a run; levels are those of the logging module."""

    id: int
    timestamp: datetime
    level: int
    name: str
    message: str
    flow_run_id: Id | None = None
    task_run_id: Id | None = None
