"""Everything that the record knows of one flow run, gathered for `flow-run inspect`."""

from __future__ import annotations

from msgspec import Struct

from segue.backend.holders import holder_lives
from segue.backend.protocol import Backend
from segue.cli.failures import error_of
from segue.cli.holding import lease_of
from segue.model.runs import FlowRun, Id, StateRow, TaskRun
from segue.model.states import STATE_TYPES, ErrorInfo
from segue.model.waiting import Gate
from segue.wire.operations import (
    FLOW_RUN_HISTORY,
    FLOW_RUN_LIST,
    LOG_COUNT,
    TASK_RUN_COUNT,
    TASK_RUN_LIST,
)
from segue.wire.queries import LogQuery, RunFilter, RunQuery
from segue.wire.requests import ById, Holder
from segue.wire.waits import FLOW_RUN_WAITS

#: Failed task runs and subflows that are looked at.
_SOME = 20
_BAD = ["FAILED", "CRASHED"]


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of a flow run."""

    run: FlowRun
    history: list[StateRow]
    task_runs: dict[str, int]
    subflows: list[FlowRun]
    logs: int
    failed: list[TaskRun] = []
    #: Task runs that failed within its subflows, theirs included: the deepest first.
    deeper: list[TaskRun] = []
    running: list[TaskRun] = []
    holder: Holder | None = None
    #: None when it cannot be seen from this machine.
    holder_lives: bool | None = None
    gates: list[Gate] = []


def gather(backend: Backend, run: FlowRun) -> Facts:
    """Read what is known of a flow run."""
    own = RunFilter(flow_run_ids=[run.id])
    many = {kind: _count(backend, run, kind) for kind in STATE_TYPES}
    counts = {kind: count for kind, count in many.items() if count}
    failed = _tasks(backend, run.id, _BAD) if counts.keys() & set(_BAD) else []
    lease = None if run.state.final else lease_of(backend, run)
    return Facts(
        run=run,
        history=backend.call(FLOW_RUN_HISTORY, ById(run.id)).items,
        task_runs=counts,
        subflows=backend.call(FLOW_RUN_LIST, RunQuery(where=own, limit=_SOME, sort="created")).items,
        logs=backend.call(LOG_COUNT, LogQuery(flow_run_ids=[run.id])).count,
        failed=failed,
        deeper=_deeper(backend, failed),
        running=_tasks(backend, run.id, ["RUNNING"]) if "RUNNING" in counts and not run.state.final else [],
        holder=lease.holder if lease is not None else None,
        holder_lives=holder_lives(backend, lease) if lease is not None else None,
        gates=[] if run.state.final else backend.call(FLOW_RUN_WAITS, ById(run.id)).items,
    )


def _count(backend: Backend, run: FlowRun, kind: str) -> int:
    return backend.call(TASK_RUN_COUNT, RunFilter(flow_run_ids=[run.id], state_types=[kind])).count


def _tasks(backend: Backend, within: Id | list[Id], kinds: list[str]) -> list[TaskRun]:
    where = RunFilter(flow_run_ids=within if isinstance(within, list) else [within], state_types=kinds)
    return backend.call(TASK_RUN_LIST, RunQuery(where=where, sort="-created", limit=_SOME)).items


def _deeper(backend: Backend, failed: list[TaskRun]) -> list[TaskRun]:
    """Return what failed in the subflows that the failed task runs stand for."""
    levels: list[list[TaskRun]] = []
    while stand_ins := [task.id for task in failed if task.task_key.startswith("flow:")]:
        where = RunFilter(parent_task_run_ids=stand_ins)
        subflows = backend.call(FLOW_RUN_LIST, RunQuery(where=where, limit=_SOME)).items
        failed = _tasks(backend, [subflow.id for subflow in subflows], _BAD) if subflows else []
        levels.append(failed)
    return [task for level in reversed(levels) for task in level]


def culprit(facts: Facts) -> TaskRun | None:
    """Return the innermost task run whose failure became the flow's; failing that, the newest that failed."""
    flows = error_of(facts.run.state)
    # What was raised in another process bears that one's line at the task, and the line that waited for it at the flow.
    for runs in (facts.deeper, facts.failed):
        for alike in (_same, _worded_alike):
            for run in runs:
                if flows is not None and alike(error_of(run.state), flows):
                    return run
    return facts.failed[0] if facts.failed else None


def _same(one: ErrorInfo | None, other: ErrorInfo) -> bool:
    return one is not None and (one.type, one.message, one.file, one.line) == (
        other.type, other.message, other.file, other.line,
    )  # fmt: skip


def _worded_alike(one: ErrorInfo | None, other: ErrorInfo) -> bool:
    return one is not None and (one.type, one.message) == (other.type, other.message)
