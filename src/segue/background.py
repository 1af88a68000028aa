"""Handing a task run to whichever process serves the task: its inputs go to result storage, its record says where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from segue.client.schemas.objects import TaskRunResult
from segue.distributed import SegueDistributedFuture
from segue.engine.lives import current_flow, current_tags, current_task
from segue.engine.results import Results
from segue.engine.session import backend
from segue.engine.watching import ElsewherePromise, watcher
from segue.futures import SegueFuture, SegueFutureList
from segue.handing_over import Given, hand_over, hand_over_all
from segue.host import clock
from segue.host.ids import new_id
from segue.model.runs import TaskRun
from segue.model.states import ResultRef, Scheduled
from segue.opening import open_result
from segue.result_storage import default_storage
from segue.results import get_result_store
from segue.top_level import starts_a_run
from segue.upstream import Upstream
from segue.wire.requests import Enqueue

if TYPE_CHECKING:
    from segue.tasks import Task


#: Runs that are handed over at once.
CHUNK = 500


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
    given = _given(task, parameters, _place(task), wait_for=wait_for, dependencies=dependencies)
    hand_over(given)
    return _future(given)


def enqueue_all(
    task: Task[Any, Any], parameters: Sequence[dict[str, Any]], *, wait_for: Iterable[Any] | None = None
) -> SegueFutureList[Any]:
    """Record a run of a task for each of these parameters, many at once, and return their futures."""
    starts_a_run()
    place, awaited = _place(task), None if wait_for is None else list(wait_for)
    futures: SegueFutureList[Any] = SegueFutureList()
    # The first of them are worked on while the others are handed over.
    for start in range(0, len(parameters), CHUNK):
        given = [_given(task, each, place, wait_for=awaited) for each in parameters[start : start + CHUNK]]
        hand_over_all(given)
        futures.extend(map(_future, given))
    return futures


def _future(given: Given) -> SegueDistributedFuture[Any]:
    future: SegueDistributedFuture[Any] = SegueDistributedFuture(given.request.id)
    promise = future.promise
    if isinstance(promise, ElsewherePromise):
        watcher(backend()).made(promise)
    return future


def _given(
    task: Task[Any, Any],
    parameters: dict[str, Any],
    place: Results | None,
    *,
    wait_for: Iterable[Any] | None = None,
    dependencies: dict[str, Any] | None = None,
) -> Given:
    """Return what is to be recorded of a run, and its inputs, unless they are kept already in a place of the user's."""
    upstream = _edges(task, {**parameters, "wait_for": wait_for}, dependencies)
    inputs: object = {name: _portable(value) for name, value in parameters.items()}
    awaited = [_portable(each) for each in wait_for or ()]
    if awaited:
        inputs = Waiting(inputs, awaited)  # type: ignore[arg-type]  # the dict just made
    id, now = new_id(), clock.now()
    flow, parent = current_flow.get(), current_task.get()
    ref = "" if place is None else msgspec.json.encode(place.save(f"parameters/{id}", inputs)).decode()
    request = Enqueue(
        id=id,
        name=f"{task.name}-{task.ordinal()}",
        task_name=task.name,
        task_key=task.task_key,
        state=Scheduled(id=new_id(), name="Scheduled", timestamp=now, at=now, details={"deferred": True}),
        inputs_ref=ref,
        tags=sorted(task.spec.tags | current_tags.get()),
        parent_task_run_id=parent.id if parent is not None else None,
        flow_run_id=flow.id if flow is not None else None,
        upstream=upstream,
        terms=task.spec.terms,
    )
    return Given(request, inputs)


def _edges(task: Task[Any, Any], given: dict[str, Any], dependencies: dict[str, Any] | None) -> dict[str, list[str]]:
    """Which runs the inputs come from, by parameter: futures among them, and what `dependencies` names besides."""
    found = Upstream()
    found.look(given)
    edges = {**task.no_edges, **{name: list(origins) for name, origins in found.edges.items()}}
    for name, origins in (dependencies or {}).items():
        known = edges.setdefault(name, [])
        known.extend(str(origin.id) for origin in origins if isinstance(origin, TaskRunResult))
    return edges


def _is_default(storage: object) -> bool:
    return storage is None or storage == default_storage()


def _place(task: Task[Any, Any]) -> Results | None:
    """Where the user wants the inputs of the task's runs; None: wherever. They are Python objects, and pickled in any case."""
    if task.result_storage is None and _is_default(get_result_store().result_storage):
        return None
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
