"""Queries and pages: which things, in which order, how many at a time; cursors rather than page numbers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from segue.model.bounds import LARGEST_PAGE, Amount, Instant, Offset, PageSize, Whole
from segue.model.runs import Flow, FlowRun, Id, Log, StateRow, TaskRun
from segue.model.things import Artifact


class RunFilter(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which runs: every given condition must hold; a list holds when any member does."""

    ids: list[Id] | None = None
    #: An id, or an exact name, or an unambiguous id prefix of 8 characters or more.
    id_or_name: str | None = None
    names: list[str] | None = None
    name_like: str | None = None
    #: Text in the name, in the flow's name or in the state's message; of task runs, in the name.
    text: str | None = None
    #: Of flow runs: a parameter and its value, `region=north`, or that there is one of this name, `region`.
    parameter: str | None = None
    flow_ids: list[Id] | None = None
    flow_names: list[str] | None = None
    flow_run_ids: list[Id] | None = None
    lease_ids: list[Id] | None = None
    parent_task_run_ids: list[Id] | None = None
    #: True: only task runs that carry a durable step.
    with_step: bool | None = None
    #: True: only runs without a parent; False: only runs with one.
    top_level: bool | None = None
    state_types: list[str] | None = None
    state_names: list[str] | None = None
    not_state_types: list[str] | None = None
    tags_all: list[str] | None = None
    tags_any: list[str] | None = None
    task_keys: list[str] | None = None
    task_names: list[str] | None = None
    cache_keys: list[str] | None = None
    steps: list[str] | None = None
    started_after: Instant | None = None
    started_before: Instant | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    ended_after: Instant | None = None
    ended_before: Instant | None = None
    idempotency_keys: list[str] | None = None
    deployment_ids: list[Id] | None = None
    work_pool_names: list[str] | None = None
    work_queue_ids: list[Id] | None = None
    work_queue_names: list[str] | None = None
    #: For counts alone: how far to count, so that an answer comes in bounded time.
    at_most: Amount | None = None


class RunQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of runs in an order; `after` is the cursor that the page before gave."""

    where: RunFilter = RunFilter()
    #: `created`, `start_time`, `end_time`, `name`; a leading `-` turns the order round.
    sort: str = "-created"
    limit: PageSize = 50
    after: str | None = None
    #: Skipped rows; for callers that page by number. Cursors are cheaper.
    offset: Offset = 0


class Count(Struct, frozen=True):
    """How many."""

    count: int
    #: There are more, or may be: counting ended at `at_most`, or after so many rows that it would have taken too long.
    more: bool = False


class FlowRuns(Struct, frozen=True, kw_only=True):
    """A page of flow runs."""

    items: list[FlowRun]
    next: str | None = None


class TaskRuns(Struct, frozen=True, kw_only=True):
    """A page of task runs."""

    items: list[TaskRun]
    next: str | None = None


class History(Struct, frozen=True, kw_only=True):
    """The states of one run, oldest first."""

    items: list[StateRow]


class FlowQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of flows."""

    ids: list[Id] | None = None
    names: list[str] | None = None
    name_like: str | None = None
    tags_all: list[str] | None = None
    created_after: Instant | None = None
    sort: str = "-created"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Flows(Struct, frozen=True, kw_only=True):
    """A page of flows."""

    items: list[Flow]
    next: str | None = None


class LastRuns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asks for the newest run of each of some flows, by their ids."""

    ids: Annotated[list[Id], Meta(max_length=LARGEST_PAGE)]


class LogQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of log lines."""

    flow_run_ids: list[Id] | None = None
    task_run_ids: list[Id] | None = None
    level_from: Whole | None = None
    level_to: Whole | None = None
    after_time: Instant | None = None
    before_time: Instant | None = None
    #: Names of loggers.
    names: list[str] | None = None
    #: Only lines written after the one with this number.
    after_id: Whole | None = None
    text: str | None = None
    #: For counts alone: how far to count.
    at_most: Amount | None = None
    #: `timestamp` or `-timestamp`; equal times keep the order of writing.
    sort: str = "timestamp"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Logs(Struct, frozen=True, kw_only=True):
    """A page of log lines."""

    items: list[Log]
    next: str | None = None


class ArtifactQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of artifacts."""

    ids: list[Id] | None = None
    keys: list[str] | None = None
    key_like: str | None = None
    types: list[str] | None = None
    flow_run_ids: list[Id] | None = None
    task_run_ids: list[Id] | None = None
    created_after: Instant | None = None
    #: Only the newest version of each key.
    latest: bool = False
    sort: str = "-created"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Artifacts(Struct, frozen=True, kw_only=True):
    """A page of artifacts."""

    items: list[Artifact]
    next: str | None = None


class NewArtifact(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An artifact made outside a run's record stream, or new data for one (same id)."""

    type: str
    data: object
    key: str | None = None
    description: str | None = None
    flow_run_id: Id | None = None
    task_run_id: Id | None = None
    #: Made by the server where none is given.
    id: Id = ""
