"""Facts streamed by the holder of a lease: ordered, numbered, batched, never dropped.

Flow-run transitions that need arbitration are proposed; everything below is decided by the process that holds the lease and
told afterwards. A batch is unique by (lease, fence, first number): sent twice, it is applied once.
"""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Amount, Instant, Whole
from segue.model.events import Event
from segue.model.runs import CacheFacts, Id, Terms
from segue.model.states import State


class TaskRunMade(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="task-run"):
    """A task run exists, in its first state."""

    id: Id
    name: str
    task_name: str
    task_key: str
    state: State
    flow_run_id: Id | None = None
    parent_task_run_id: Id | None = None
    dynamic_key: str = "0"
    tags: tuple[str, ...] = ()
    upstream: dict[str, list[Id]] = {}
    step: str | None = None
    entrypoint: str | None = None
    terms: Terms | None = None


class TaskRunMoved(Struct, frozen=True, omit_defaults=True, tag_field="record", tag="task-state"):
    """A task run went into another state; the optional facts replace what was known."""

    id: Id
    state: State
    flow_run_id: Id | None = None
    #: Attempts begun so far, the present one included.
    run_count: Amount = 0
    start_time: Instant | None = None
    end_time: Instant | None = None
    total_run_time: float = 0.0
    cache: CacheFacts | None = None
    inputs_ref: str | None = None
    name: str | None = None
    upstream: dict[str, list[Id]] | None = None
    step: str | None = None


class SubflowMade(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="subflow"):
    """A flow called within a flow, under its root's lease; `dummy_task` is the task run that stands for it."""

    id: Id
    flow_id: Id
    flow_name: str
    name: str
    state: State
    parent_flow_run_id: Id
    root_flow_run_id: Id
    parent_task_run_id: Id | None = None
    flow_version: str | None = None
    entrypoint: str | None = None
    parameters: dict[str, object] = {}
    tags: tuple[str, ...] = ()
    durable: bool = False
    terms: Terms | None = None


class SubflowMoved(Struct, frozen=True, omit_defaults=True, tag_field="record", tag="subflow-state"):
    """A subflow, or a retried flow run under its own lease, went into another state."""

    id: Id
    state: State
    run_count: Amount = 0
    start_time: Instant | None = None
    end_time: Instant | None = None
    total_run_time: float = 0.0


class LogLine(Struct, frozen=True, omit_defaults=True, tag_field="record", tag="log"):
    """One log line."""

    timestamp: Instant
    level: Whole
    name: str
    message: str
    flow_run_id: Id | None = None
    task_run_id: Id | None = None


class ArtifactMade(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", tag="artifact"):
    """An artifact was left by a run, or a progress artifact changed (same id)."""

    id: Id
    type: str
    data: object
    timestamp: Instant
    key: str | None = None
    description: str | None = None
    flow_run_id: Id | None = None
    task_run_id: Id | None = None


class EventTold(Struct, frozen=True, tag_field="record", tag="event"):
    """Something happened that is no state of a run."""

    event: Event


Record = EventTold | TaskRunMade | TaskRunMoved | SubflowMade | SubflowMoved | LogLine | ArtifactMade
