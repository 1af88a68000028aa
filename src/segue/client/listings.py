"""How each kind of thing is listed: which questions the wire knows, which orders, how to read a page."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from segue.client.schemas.objects import Artifact, ArtifactCollection, Flow, FlowRun, Log, TaskRun, Variable
from segue.client.search import Ask, Listing, Wire
from segue.model import runs, things
from segue.wire import operations as op
from segue.wire.queries import ArtifactQuery, FlowQuery, LogQuery, RunFilter, RunQuery
from segue.wire.requests import VariableQuery

Q = TypeVar("Q", FlowQuery, LogQuery, ArtifactQuery, VariableQuery)

_RUN_COLUMNS = {
    ("id", "any_"): "ids",
    ("name", "any_"): "names",
    ("name", "like_"): "name_like",
    ("tags", "all_"): "tags_all",
    ("tags", "any_"): "tags_any",
    ("state.type", "any_"): "state_types",
    ("state.type", "not_any_"): "not_state_types",
    ("state.name", "any_"): "state_names",
    ("start_time", "after_"): "started_after",
    ("start_time", "before_"): "started_before",
    ("end_time", "after_"): "ended_after",
    ("end_time", "before_"): "ended_before",
}
_RUN_ORDERS = {"ID_DESC": "-id", "NAME_ASC": "name", "NAME_DESC": "-name", "END_TIME_DESC": "-end_time"}
_NEXT_START = {"NEXT_SCHEDULED_START_TIME_ASC": ("next_scheduled_start_time", False)}


def _run_filter(wire: Wire) -> RunFilter:
    return msgspec.convert(wire, RunFilter)


def _runs(ask: Ask) -> RunQuery:
    return RunQuery(where=_run_filter(ask.wire), sort=ask.sort, limit=ask.limit, after=ask.after, offset=ask.offset)


def _query(kind: type[Q], ask: Ask) -> Q:
    """A query whose conditions stand beside order and page."""
    page = {"sort": ask.sort, "limit": ask.limit, "after": ask.after, "offset": ask.offset}
    return msgspec.convert({**ask.wire, **page}, kind)


FLOW_RUNS: Listing[runs.FlowRun, FlowRun] = Listing(
    page=lambda backend, ask: backend.call(op.FLOW_RUN_LIST, _runs(ask)),
    face=FlowRun.of,
    columns={
        **_RUN_COLUMNS,
        ("parent_task_run_id", "any_"): "parent_task_run_ids",
        ("parent_flow_run_id", "any_"): "flow_run_ids",
        ("parent_flow_run_id", "is_null_"): "top_level",
        ("idempotency_key", "any_"): "idempotency_keys",
        ("deployment_id", "any_"): "deployment_ids",
        ("work_queue_name", "any_"): "work_queue_names",
    },
    orders={
        **_RUN_ORDERS,
        "START_TIME_ASC": "start_time",
        "START_TIME_DESC": "-start_time",
        "EXPECTED_START_TIME_ASC": "expected_start_time",
        "EXPECTED_START_TIME_DESC": "-expected_start_time",
    },
    keys=_NEXT_START,
    count=lambda backend, wire: backend.call(op.FLOW_RUN_COUNT, _run_filter(wire)).count,
)
TASK_RUNS: Listing[runs.TaskRun, TaskRun] = Listing(
    page=lambda backend, ask: backend.call(op.TASK_RUN_LIST, _runs(ask)),
    face=TaskRun.of,
    columns={**_RUN_COLUMNS, ("flow_run_id", "any_"): "flow_run_ids"},
    # A task is due when it is made, and ids rise with the time of making.
    orders={**_RUN_ORDERS, "EXPECTED_START_TIME_ASC": "id", "EXPECTED_START_TIME_DESC": "-id"},
    keys={**_NEXT_START, "DURATION_ASC": ("total_run_time", False), "DURATION_DESC": ("total_run_time", True)},
    count=lambda backend, wire: backend.call(op.TASK_RUN_COUNT, _run_filter(wire)).count,
)
FLOWS: Listing[runs.Flow, Flow] = Listing(
    page=lambda backend, ask: backend.call(op.FLOW_LIST, _query(FlowQuery, ask)),
    face=Flow.of,
    columns={
        ("id", "any_"): "ids",
        ("name", "any_"): "names",
        ("name", "like_"): "name_like",
        ("tags", "all_"): "tags_all",
    },
    orders={"NAME_ASC": "name", "NAME_DESC": "-name", "CREATED_DESC": "-created", "UPDATED_DESC": "-created"},
    count=lambda backend, wire: backend.call(op.FLOW_COUNT, msgspec.convert(wire, FlowQuery)).count,
)
LOGS: Listing[runs.Log, Log] = Listing(
    page=lambda backend, ask: backend.call(op.LOG_LIST, _query(LogQuery, ask)),
    face=Log.of,
    columns={
        ("flow_run_id", "any_"): "flow_run_ids",
        ("task_run_id", "any_"): "task_run_ids",
        ("level", "ge_"): "level_from",
        ("level", "le_"): "level_to",
        ("timestamp", "after_"): "after_time",
        ("timestamp", "before_"): "before_time",
        ("text", "query"): "text",
        ("name", "any_"): "names",
    },
    orders={"TIMESTAMP_ASC": "timestamp", "TIMESTAMP_DESC": "-timestamp"},
)
_ARTIFACT_COLUMNS = {
    ("key", "any_"): "keys",
    ("key", "like_"): "key_like",
    ("type", "any_"): "types",
    ("flow_run_id", "any_"): "flow_run_ids",
    ("task_run_id", "any_"): "task_run_ids",
}
_ARTIFACT_ORDERS = {"ID_DESC": "-id", "CREATED_DESC": "-created", "UPDATED_DESC": "-updated"}
_ARTIFACT_KEYS = {"KEY_ASC": ("key", False), "KEY_DESC": ("key", True)}
ARTIFACTS: Listing[things.Artifact, Artifact] = Listing(
    page=lambda backend, ask: backend.call(op.ARTIFACT_LIST, _query(ArtifactQuery, ask)),
    face=Artifact.of,
    columns={("id", "any_"): "ids", **_ARTIFACT_COLUMNS},
    orders=_ARTIFACT_ORDERS,
    keys=_ARTIFACT_KEYS,
    count=lambda backend, wire: backend.call(op.ARTIFACT_COUNT, msgspec.convert(wire, ArtifactQuery)).count,
)
LATEST_ARTIFACTS: Listing[things.Artifact, ArtifactCollection] = Listing(
    page=lambda backend, ask: backend.call(op.ARTIFACT_LIST, _query(ArtifactQuery, ask)),
    face=ArtifactCollection.of,
    columns={("latest_id", "any_"): "ids", **_ARTIFACT_COLUMNS},
    orders=_ARTIFACT_ORDERS,
    keys=_ARTIFACT_KEYS,
)
VARIABLES: Listing[things.Variable, Variable] = Listing(
    page=lambda backend, ask: backend.call(op.VARIABLE_LIST, _query(VariableQuery, ask)),
    face=Variable.of,
    columns={("name", "like_"): "name_like", ("tags", "all_"): "tags_all"},
    orders={"NAME_ASC": "name", "NAME_DESC": "-name", "CREATED_DESC": "-created", "UPDATED_DESC": "-updated"},
)
