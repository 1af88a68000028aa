"""Runs as this process holds them: who they are, which state they are in, where their records go.

The record stream is the only thing a life writes to; what it knows beyond that (parameters, values, exceptions) stays in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Protocol

from segue.engine.spec import FlowSpec, TaskSpec
from segue.host import clock
from segue.model.records import LogLine, SubflowMoved, TaskRunMoved
from segue.model.states import Running, State

if TYPE_CHECKING:
    from segue.backend.protocol import Backend, Stream
    from segue.engine.durable import Journal
    from segue.engine.promise import Promise
    from segue.model.runs import CacheFacts, Id
    from segue.model.states import Actor
    from segue.wire.requests import Lease


class Child(Protocol):
    """A submitted task run as its flow sees it."""

    promise: Promise
    life: TaskLife
    #: Whether anybody looked at how it ended.
    observed: bool


class FlowLife:
    """A flow run in this process."""

    __slots__ = (
        "__weakref__", "backend", "caller", "cancelled", "children", "counters", "created", "end_time", "extra", "flow_id",
        "forked", "given", "id", "journal", "lease", "main_thread", "name", "parameters", "parent", "parent_task", "pauses",
        "root_id", "run_count", "run_seconds", "spec", "start_time", "state", "stream", "suspended", "tags", "upstream",
    )  # fmt: skip

    def __init__(
        self, *, id: Id, spec: FlowSpec, parameters: dict[str, object], backend: Backend, tags: frozenset[str]
    ) -> None:
        self.id = id
        self.spec = spec
        self.name = ""
        self.parameters = parameters
        #: The arguments as they were given, before validation changed them.
        self.given = parameters
        self.backend = backend
        self.tags = tags
        self.flow_id: Id = ""
        self.state: State | None = None
        self.lease: Lease | None = None
        self.stream: Stream | None = None
        self.parent: FlowLife | None = None
        #: The task run that stands for this subflow in its parent.
        self.parent_task: TaskLife | None = None
        #: Upstream task runs by parameter: the edges of the stand-in.
        self.upstream: Mapping[str, list[Id]] = {}
        #: The task run whose body called this flow.
        self.caller: TaskLife | None = None
        self.root_id = id
        self.run_count = 0
        self.run_seconds = 0.0
        self.created: datetime | None = None
        self.start_time: datetime | None = None
        self.end_time: datetime | None = None
        #: Runs of each task key so far: the ordinal of the next one.
        self.counters: dict[str, count[int]] = {}
        self.journal: Journal | None = None
        #: Set to the Cancelling state when somebody asks this run to stop.
        self.cancelled: State | None = None
        #: Set to the Suspended state when this process shall let the run go.
        self.suspended: State | None = None
        self.main_thread = False
        #: This is a copy in a child process that was forked from within the run: it writes nothing.
        self.forked = False
        self.pauses = 0
        #: What the sdk hangs on a run: task runner, result store, faces.
        self.extra: dict[str, object] = {}
        #: Task runs submitted by this run that it must not leave behind: not ended yet, or ended badly.
        self.children: dict[Id, Child] = {}

    @property
    def open_stream(self) -> Stream:
        """The record stream of this run's lease."""
        if self.stream is None:
            raise RuntimeError(f"flow run {self.name!r} has not begun")
        return self.stream

    def root(self) -> FlowLife:
        """The top-level run that this one belongs to."""
        life = self
        while life.parent is not None:
            life = life.parent
        return life

    def asked_to_stop(self) -> State | None:
        """The Cancelling or Suspended state of this run, or of one around it."""
        life: FlowLife | None = self
        while life is not None:
            if life.cancelled is not None:
                return life.cancelled
            if life.suspended is not None:
                return life.suspended
            life = life.parent
        return None

    def ordinal(self, key: str) -> int:
        """Return how many runs of this task key began before; safe from every thread."""
        counter = self.counters.get(key)
        if counter is None:
            counter = self.counters.setdefault(key, count())
        return next(counter)

    def enter(self, state: State) -> None:
        """Take note of a state that holds now (a proposal was accepted)."""
        self._account(state)
        self.state = state

    def move(self, state: State) -> None:
        """Enter a state as a fact: subflows, whose transitions need no arbitration."""
        self.enter(state)
        self.open_stream.put(
            SubflowMoved(self.id, state, self.run_count, self.start_time, self.end_time, self.run_seconds)
        )

    def _account(self, state: State) -> None:
        before = self.state
        if isinstance(before, Running):
            self.run_seconds += (state.timestamp - before.timestamp).total_seconds()
        if isinstance(state, Running):
            self.run_count += 1
            if self.start_time is None:
                self.start_time = state.timestamp
            self.end_time = None
        elif state.final:
            self.end_time = state.timestamp

    def log(self, level: int, name: str, message: str) -> None:
        """Record one log line of this run."""
        self.open_stream.put(LogLine(clock.now(), level, name, message, self.id))


class TaskLife:
    """A task run in this process."""

    __slots__ = (
        "__weakref__", "cache", "dynamic_key", "end_time", "extra", "flow", "id", "inputs_ref", "name", "parameters", "parent",
        "run_count", "run_seconds", "spec", "start_time", "state", "step", "stream", "tags", "upstream", "wait_for",
    )  # fmt: skip

    def __init__(
        self,
        *,
        id: Id,
        spec: TaskSpec,
        name: str,
        parameters: dict[str, object],
        stream: Stream,
        flow: FlowLife | None,
        parent: TaskLife | None,
        state: State,
        tags: frozenset[str],
        dynamic_key: str = "0",
    ) -> None:
        self.id = id
        self.spec = spec
        self.name = name
        self.parameters = parameters
        self.stream = stream
        self.flow = flow
        self.parent = parent
        self.state = state
        self.tags = tags
        self.dynamic_key = dynamic_key
        self.run_count = 0
        self.run_seconds = 0.0
        self.start_time: datetime | None = None
        self.end_time: datetime | None = None
        self.cache: CacheFacts | None = None
        self.inputs_ref: str | None = None
        self.step: str | None = None
        self.upstream: Mapping[str, list[Id]] = {}
        self.wait_for: object = None
        self.extra: dict[str, object] | None = None

    def move(self, state: State, *, name: str | None = None) -> None:
        """Enter a state as a fact and record it."""
        before = self.state
        if isinstance(before, Running):
            self.run_seconds += (state.timestamp - before.timestamp).total_seconds()
        if isinstance(state, Running):
            self.run_count += 1
            if self.start_time is None:
                self.start_time = state.timestamp
        elif state.final:
            self.end_time = state.timestamp
        self.state = state
        self.stream.put(
            TaskRunMoved(
                self.id,
                state,
                self.flow.id if self.flow is not None else None,
                self.run_count,
                self.start_time,
                self.end_time,
                self.run_seconds,
                self.cache,
                self.inputs_ref,
                name,
                None,
                self.step,
            )
        )

    def log(self, level: int, name: str, message: str) -> None:
        """Record one log line of this run."""
        flow_id = self.flow.id if self.flow is not None else None
        self.stream.put(LogLine(clock.now(), level, name, message, flow_id, self.id))


#: The flow run and the task run that the running code belongs to.
current_flow: ContextVar[FlowLife | None] = ContextVar("segue_flow_run", default=None)
current_task: ContextVar[TaskLife | None] = ContextVar("segue_task_run", default=None)
#: Tags added by `with tags(...)`.
current_tags: ContextVar[frozenset[str]] = ContextVar("segue_tags", default=frozenset())
#: Who is acting in this process, when it is not simply the person at the keyboard.
current_actor: ContextVar[Actor | None] = ContextVar("segue_actor", default=None)
#: Why the person or program does what it does, where it said so.
current_reason: ContextVar[str | None] = ContextVar("segue_reason", default=None)
