"""Handing a task run to whichever process serves the task: its inputs go to result storage, its record says where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from segue.client.schemas.objects import TaskRunResult
from segue.distributed import SegueDistributedFuture
from segue.engine.lives import current_flow, current_tags, current_task
from segue.engine.results import Results
from segue.engine.session import backend
from segue.futures import SegueFuture
from segue.host import clock
from segue.host.ids import new_id
from segue.model.runs import TaskRun
from segue.model.states import ResultRef, Scheduled
from segue.opening import open_result
from segue.top_level import starts_a_run
from segue.upstream import Upstream
from segue.wire.operations import TASK_RUN_ENQUEUE
from segue.wire.requests import Enqueue

if TYPE_CHECKING:
    from segue.tasks import Task


class Waiting(Struct, frozen=True):
    """Inputs together with runs elsewhere that must end first."""

    parameters: dict[str, Any]
    wait_for: list[Any]


def enqueue(
    task: Task[Any, Any],
    parameters: dict[str, Any],
    *,
    wait_for: Iterable[Any] | None = None,
    dependencies: dict[str, Any] | None = None,
) -> SegueDistributedFuture[Any]:
    """Record a run of a task for a task worker and return its future; futures of this process are waited for first.

    Futures of runs elsewhere travel with the inputs, and the worker waits for them.
    """
    starts_a_run()
    upstream = _edges(task, {**parameters, "wait_for": wait_for}, dependencies)
    inputs: object = {name: _portable(value) for name, value in parameters.items()}
    awaited = [_portable(each) for each in wait_for or ()]
    if awaited:
        inputs = Waiting(inputs, awaited)  # type: ignore[arg-type]  # the dict just made
    id, now = new_id(), clock.now()
    flow, parent = current_flow.get(), current_task.get()
    backend().call(
        TASK_RUN_ENQUEUE,
        Enqueue(
            id=id,
            name=f"{task.name}-{task.ordinal()}",
            task_name=task.name,
            task_key=task.task_key,
            state=Scheduled(id=new_id(), name="Scheduled", timestamp=now, at=now, details={"deferred": True}),
            inputs_ref=msgspec.json.encode(_storage(task).save(f"parameters/{id}", inputs)).decode(),
            tags=sorted(task.spec.tags | current_tags.get()),
            parent_task_run_id=parent.id if parent is not None else None,
            flow_run_id=flow.id if flow is not None else None,
            upstream=upstream,
        ),
    )
    return SegueDistributedFuture(id)


def _edges(task: Task[Any, Any], given: dict[str, Any], dependencies: dict[str, Any] | None) -> dict[str, list[str]]:
    """Which runs the inputs come from, by parameter: futures among them, and what `dependencies` names besides."""
    found = Upstream()
    found.look(given)
    edges = {**task.no_edges, **{name: list(origins) for name, origins in found.edges.items()}}
    for name, origins in (dependencies or {}).items():
        known = edges.setdefault(name, [])
        known.extend(str(origin.id) for origin in origins if isinstance(origin, TaskRunResult))
    return edges


def _storage(task: Task[Any, Any]) -> Results:
    """The task's result storage; inputs are Python objects, so they are pickled whatever its results are."""
    if task.result_serializer not in (None, "pickle"):
        task = task.with_options(result_serializer="pickle")
    if task.spec.results is None:
        raise RuntimeError(f"task {task.name!r} has no result storage to hand its inputs over")
    return task.spec.results()


def inputs_of(run: TaskRun) -> Waiting:
    """Load the inputs of a run that was handed over; raises what storage raises."""
    if run.inputs_ref is None:
        return Waiting({}, [])
    kept = open_result(msgspec.json.decode(run.inputs_ref, type=ResultRef), None)
    if isinstance(kept, Waiting):
        return kept
    return Waiting(kept, [])  # type: ignore[arg-type]  # what `enqueue` kept


def _portable(value: Any) -> Any:
    """The value without futures of this process: nobody elsewhere could wait for them."""
    if isinstance(value, SegueDistributedFuture):
        return value
    if isinstance(value, SegueFuture):
        return value.result()
    if type(value) in {list, tuple, set}:
        return type(value)(_portable(each) for each in value)
    if type(value) is dict:
        return {key: _portable(each) for key, each in value.items()}
    return value
