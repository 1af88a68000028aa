"""Rows out: nouns from the columns of the `*_select` statements, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from segue.model.runs import Flow, FlowRun, Log, StateRow, TaskRun
from segue.model.states import State
from segue.model.things import Artifact, RunInput, Variable
from segue.store.codec import (
    Cell,
    Json,
    Row,
    actor_out,
    cache_out,
    edges_out,
    instant,
    instant_or_none,
    labels_out,
    map_out,
    state_from,
    state_out,
    terms_out,
    value_out,
    words_out,
)


def flow_run_row(cells: Sequence[Cell], state: Sequence[Cell], *, flow_id: str, traceparent: str | None) -> Row:
    """Return what `flow_run_read` finds of a run that `flow_runs_insert` has just made of these cells, in this state."""
    id, flow_name, name, _state_seq, _state_type, _state_name, *times_lease_parents = cells[:13]
    *told_and_timed, _due, terms = cells[13:]
    deployment_id = late_outcome = None
    # The deployment's version, pool and queue by id and name, job variables, labels: it is of no deployment.
    deployed: tuple[None, ...] = (None,) * 7
    return (
        id, flow_id, flow_name, name, *times_lease_parents, deployment_id, *told_and_timed, late_outcome, traceparent,
        *deployed, terms, *state,
    )  # fmt: skip


def flow_run_out(row: Row) -> FlowRun:
    """Build a flow run from a row of `flow_run_select`."""
    (
        id, flow_id, flow_name, name, created, updated, lease_id, fence, parent_task_run_id, parent_flow_run_id,
        root_flow_run_id, deployment_id, flow_version, entrypoint, parameters, tags, durable, run_count,
        expected_start_time, start_time, end_time, total_run_time, created_by, idempotency_key, late_outcome,
        traceparent, deployment_version, work_pool_id, work_queue_id, work_pool_name, work_queue_name, job_variables,
        labels, terms, *state,
    ) = cast("tuple[str, str, str, str, int, int, str, int, str, str, str, str, str, str, Json, Json, int, int, int, int, int, float, Json, str, Json, str, int, str, str, str, str, Json, Json, str, str, str, str, int, Json]", row)  # fmt: skip  # noqa: E501
    return FlowRun(
        id=id,
        flow_id=flow_id,
        flow_name=flow_name,
        name=name,
        state=_state(tuple(state)),
        created=instant(created),
        updated=instant(updated),
        lease_id=lease_id,
        fence=fence,
        parent_task_run_id=parent_task_run_id,
        parent_flow_run_id=parent_flow_run_id,
        root_flow_run_id=root_flow_run_id,
        deployment_id=deployment_id,
        flow_version=flow_version,
        entrypoint=entrypoint,
        parameters=map_out(parameters),
        tags=words_out(tags),
        durable=bool(durable),
        run_count=run_count,
        expected_start_time=instant_or_none(expected_start_time),
        start_time=instant_or_none(start_time),
        end_time=instant_or_none(end_time),
        total_run_time=total_run_time,
        created_by=actor_out(created_by),
        idempotency_key=idempotency_key,
        late_outcome=state_out(late_outcome),
        traceparent=traceparent,
        deployment_version=deployment_version,
        work_pool_id=work_pool_id,
        work_pool_name=work_pool_name,
        work_queue_id=work_queue_id,
        work_queue_name=work_queue_name,
        job_variables=map_out(job_variables),
        labels=labels_out(labels),
        terms=terms_out(terms),
    )


def task_run_out(row: Row) -> TaskRun:
    """Build a task run from a row of `task_run_select`."""
    (
        id, name, task_name, task_key, entrypoint, flow_run_id, lease_id, created, parent_task_run_id,
        child_flow_run_id, dynamic_key, tags, run_count, upstream, start_time, end_time, total_run_time, cache, step,
        inputs_ref, terms, *state,
    ) = cast("tuple[str, str, str, str, str, str, str, int, str, str, str, Json, int, Json, int, int, float, Json, str, str, str, str, str, str, int, Json]", row)  # fmt: skip  # noqa: E501
    now = _state(tuple(state))
    return TaskRun(
        id=id,
        name=name,
        task_name=task_name,
        task_key=task_key,
        state=now,
        created=instant(created),
        updated=now.timestamp,
        flow_run_id=flow_run_id,
        lease_id=lease_id,
        parent_task_run_id=parent_task_run_id,
        dynamic_key=dynamic_key,
        tags=words_out(tags),
        run_count=run_count,
        upstream=edges_out(upstream),
        start_time=instant_or_none(start_time),
        end_time=instant_or_none(end_time),
        total_run_time=total_run_time or 0.0,
        cache=cache_out(cache),
        step=step,
        entrypoint=entrypoint or None,
        inputs_ref=inputs_ref,
        child_flow_run_id=child_flow_run_id,
        terms=terms_out(terms),
    )


def _state(columns: tuple[object, ...]) -> State:
    kind, id, name, occurred, body = cast("tuple[str, str, str | None, int, Json | None]", columns)
    return state_from(kind, id, name, occurred, body)


def state_row_out(row: Row) -> StateRow:
    """Build a line of history from (seq, run_id, type, id, name, occurred, body)."""
    seq, run_id = cast("tuple[int, str]", row[:2])
    return StateRow(seq=seq, run_id=run_id, state=_state(row[2:]))


def flow_run_states_out(row: Row) -> tuple[FlowRun, list[State] | None]:
    """Build a flow run and its states, oldest first, from a row of `flow_run_moving`; None where there are more than it holds."""
    run = flow_run_out(row[:-11])
    second, first, others = row[-11:-6], row[-6:-1], row[-1]
    if others:
        return run, None
    return run, [*(_state(each) for each in (first, second) if each[0] is not None), run.state]


def flow_out(row: Row) -> Flow:
    """Build a flow from (id, name, created, tags)."""
    id, name, created, tags = cast("tuple[str, str, int, Json]", row)
    return Flow(id=id, name=name, created=instant(created), tags=words_out(tags))


def log_out(row: Row) -> Log:
    """Build a log line from (id, timestamp, level, name, message, flow_run_id, task_run_id)."""
    id, timestamp, level, name, message, flow_run_id, task_run_id = cast(
        "tuple[int, int, int, str, str, str, str]", row
    )
    return Log(
        id=id,
        timestamp=instant(timestamp),
        level=level,
        name=name,
        message=message,
        flow_run_id=flow_run_id,
        task_run_id=task_run_id,
    )


def artifact_out(row: Row) -> Artifact:
    """Build an artifact from a row of `artifact_select`."""
    id, type, key, description, data, created, updated, flow_run_id, task_run_id, metadata = cast(
        "tuple[str, str, str, str, Json, int, int, str, str, Json]", row
    )
    return Artifact(
        id=id,
        type=type,
        data=value_out(data),
        created=instant(created),
        updated=instant(updated),
        key=key,
        description=description,
        flow_run_id=flow_run_id,
        task_run_id=task_run_id,
        metadata={name: str(value) for name, value in map_out(metadata).items()},
    )


def variable_out(row: Row) -> Variable:
    """Build a variable from (id, name, value, tags, created, updated)."""
    id, name, value, tags, created, updated = cast("tuple[str, str, Json, Json, int, int]", row)
    return Variable(
        id=id,
        name=name,
        value=value_out(value),
        created=instant(created),
        updated=instant(updated),
        tags=words_out(tags),
    )


def run_input_out(row: Row) -> RunInput:
    """Build a run input from (flow_run_id, key, value, sender, created)."""
    flow_run_id, key, value, sender, created = cast("tuple[str, str, str, str, int]", row)
    return RunInput(flow_run_id=flow_run_id, key=key, value=value, created=instant(created), sender=sender)
