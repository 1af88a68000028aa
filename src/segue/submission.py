"""From a call of a task to a task run: made here, lived by the engine, in whichever thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from segue.engine import stamp
from segue.engine.asks import CallUser, CancelRequested, Outcome
from segue.engine.drive_sync import drive, run_coroutine
from segue.engine.ended import Ended
from segue.engine.interpret import from_error
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_tags, current_task
from segue.engine.promise import Promise
from segue.engine.reach import begin_work, end_work
from segue.engine.report import watch_failures
from segue.engine.session import session
from segue.engine.spec import at_attempt
from segue.engine.task_script import TaskCall, task_script
from segue.futures import SegueConcurrentFuture, SegueFuture
from segue.host.ids import new_id
from segue.logging.wiring import setup
from segue.model.records import TaskRunMade
from segue.origins import origins_of
from segue.upstream import ATOMS, Upstream, resolver

if TYPE_CHECKING:
    from segue.backend.protocol import Stream
    from segue.tasks import Task


class Run:
    """A task run that was made and is to be lived."""

    __slots__ = ("_future", "call", "life", "promise")

    def __init__(self, life: TaskLife, call: TaskCall) -> None:
        self.life = life
        self.call = call
        self.promise = Promise()
        self._future: SegueFuture[Any] | None = None

    @property
    def future(self) -> SegueFuture[Any]:
        """The future of this run; its flow remembers it, so that nothing is left behind."""
        if self._future is None:
            self._future = SegueConcurrentFuture(self.life, self.promise)
            if self.life.flow is not None:
                self.life.flow.children[self.life.id] = self._future
                self._forget()
        return self._future

    def settle(self, ended: Ended) -> None:
        """Give the outcome to whoever waits for it."""
        self.promise.settle(ended)
        self._forget()

    def _forget(self) -> None:
        """Take a completed run off its flow's list: a flow's memory must not grow with its history.

        Called after settling and after listing, so that neither order of the two leaves it there.
        """
        ended, flow = self.promise.ended, self.life.flow
        if flow is not None and ended is not None and ended.completed:
            flow.children.pop(self.life.id, None)

    def cancel(self) -> None:
        """The run will not begin: its flow is being stopped."""
        error = CancelRequested()
        state = stamp.cancelled("The flow run was stopped before this task began.")
        self.life.move(state)
        self.settle(Ended(state, value=error, error=error))


def start_run(
    task: Task[Any, Any],
    parameters: dict[str, Any],
    wait_for: Iterable[Any] | None = None,
    *,
    direct: bool,
    flow: FlowLife | None = None,
    home: object = None,
    id: str | None = None,
) -> Run:
    """Make a task run, recorded as Pending, with what it waits for.

    `home`: the cluster that runs its body; `id`: one that was chosen for it before.
    """
    flow = flow or current_flow.get()
    parent = current_task.get()
    spec = task.spec
    stream = flow.open_stream if flow is not None else _stray_stream()
    number = flow.ordinal(spec.key) if flow is not None else task.ordinal()
    tags = spec.tags | current_tags.get()
    state = stamp.pending()
    life = TaskLife(
        id=id or new_id(), spec=spec, name=f"{spec.name}-{number}", parameters=parameters, stream=stream, flow=flow, parent=parent,
        state=state, tags=tags, dynamic_key=str(number),
    )  # fmt: skip
    call, edges = _call(task, parameters, wait_for, direct=direct, flow=flow)
    if home is not None:
        call = replace(call, home=home)
    life.wait_for = wait_for
    if flow is not None and flow.journal is not None and call.resolve is None:
        flow.journal.number(life, direct=direct)
    stream.put(
        TaskRunMade(
            id=life.id,
            name=life.name,
            task_name=spec.name,
            task_key=spec.key,
            state=state,
            flow_run_id=flow.id if flow is not None else None,
            parent_task_run_id=parent.id if parent is not None else None,
            dynamic_key=life.dynamic_key,
            tags=tuple(sorted(tags)) if tags else (),
            upstream=edges,
            entrypoint=spec.entrypoint,
            step=life.step,
            terms=spec.terms if flow is None else at_attempt(spec.terms, flow.run_count),
        )
    )
    if id is not None:
        # It may have been made before: what becomes of it must not come in one batch with its making, which then makes nothing.
        stream.flush()
    run = Run(life, call)
    lineage: Any = task.lineage or (flow.extra.get("lineage") if flow is not None else None)
    if lineage is not None:
        lineage.made(life, edges)
        run.promise.when_done(lambda: lineage.ended(life, run.promise.ended))
    return run


def _call(
    task: Task[Any, Any],
    parameters: dict[str, Any],
    wait_for: Iterable[Any] | None,
    *,
    direct: bool,
    flow: FlowLife | None,
) -> tuple[TaskCall, dict[str, list[str]]]:
    if wait_for is None:
        for value in parameters.values():
            if type(value) not in ATOMS:
                break
        else:
            return (task.direct_call if direct else task.submitted_call), task.no_edges
    upstream = Upstream(origins_of(flow))
    upstream.look(parameters)
    upstream.wait_for(wait_for)
    resolve = resolver(upstream.found, wait_for) if upstream.found or wait_for is not None else None
    return TaskCall(bind=task.unbind, promises=upstream.promises, resolve=resolve, direct=direct), {
        **task.no_edges,
        **upstream.edges,
    }


def execute(run: Run, call: Callable[[CallUser], Outcome] | None = None) -> Ended:
    """Live a run in this thread, its user code wherever `call` runs it; its promise is settled whatever happens."""
    ended: Ended
    reach = begin_work(run.life.flow)
    try:
        script = task_script(run.life, run.call)
        if run.life.spec.is_async and call is None:
            from segue.engine.drive_async import adrive_alone  # noqa: PLC0415 - the async driver's door

            ended = run_coroutine(adrive_alone(script, run.life.flow))  # type: ignore[assignment]
        else:
            ended = drive(script, call)
    except BaseException as error:  # noqa: BLE001 - whoever waits for the promise would wait for ever
        # A fault outside user code (a diverged replay, a full disk): the run cannot go on, and its waiters must hear of it.
        ended = from_error("Task run", error, seconds=None, own_timeout=False)
        run.life.move(ended.state)
    finally:
        end_work(reach)
    run.settle(ended)
    return ended


def _stray_stream() -> Stream:
    """Where tasks outside flows are recorded; their log lines need the handlers too."""
    watch_failures()
    setup()
    return session().stray_stream()
