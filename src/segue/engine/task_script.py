"""The life of a task run, once, for sync and async alike.

    Pending ── inputs not available ──────────────→ NotReady (Pending; the body never runs)
       │
       ├── a committed result for its cache key ──→ Completed (Cached)
       ↓
    Running ── returned ──→ Completed, or the state the user returned
       │  ↑
       │  └── Retrying ←── AwaitingRetry (Scheduled) ←── raised, retries left
       ├── raised, no retries left ──→ Failed, TimedOut
       └── stopped from outside ─────→ Crashed, Cancelled

The process that holds the flow run's lease is the authority on its tasks, so every move here is a fact: recorded, not asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from segue.engine import stamp
from segue.engine.asks import (
    AwaitAll,
    CallUser,
    CancelRequested,
    Do,
    Invoke,
    Outcome,
    Raised,
    Returned,
    Script,
    Sleep,
    SuspendRequested,
    TimedOut,
    WorkerLost,
)
from segue.engine.ended import Ended
from segue.engine.hooking import call_hooks
from segue.engine.interpret import from_error
from segue.engine.lives import FlowLife, TaskLife, current_task
from segue.engine.promise import Promise
from segue.engine.report import remember
from segue.engine.results import Keeper, Results
from segue.engine.slots import free_tags, take_tags
from segue.host.clock import now
from segue.host.tracing import tracer
from segue.model.errors import SegueError
from segue.model.runs import CacheFacts
from segue.model.states import Failed, Paused, Scheduled, State

if TYPE_CHECKING:
    from segue.engine.durable import Journal

log = logging.getLogger("segue.task_runs")


class TaskCall(Struct, frozen=True, eq=False):
    """How a task run was called."""

    #: Binds the resolved parameters back to (args, kwargs).
    bind: Callable[[dict[str, object]], tuple[Sequence[object], dict[str, object]]]
    #: Upstream runs to wait for.
    promises: Sequence[Promise] = ()
    #: Puts the upstream results in their places in `life.parameters`; an `Ended` when one of them cannot be had.
    resolve: Callable[..., Ended | None] | None = None
    #: Called directly by sequential code, as opposed to submitted.
    direct: bool = True
    #: The cluster that runs the body, when it has room: the run is Pending until then.
    home: object = None


def task_script(life: TaskLife, call: TaskCall) -> Script[Ended]:
    """Live one task run; returns how it ended, never raises what user code raised."""
    tracing = tracer()
    if tracing is None:
        return _lives(life, call)
    from segue.engine.spans import task_span  # noqa: PLC0415 - a door: for traces only

    return task_span(tracing, life, _lives(life, call))


def _lives(life: TaskLife, call: TaskCall) -> Script[Ended]:
    if call.promises:
        yield AwaitAll(call.promises)
    if call.resolve is not None:
        blocked = call.resolve(life, None if call.home is None or _looks_at_inputs(life) else call.home)
        if blocked is not None:
            life.move(blocked.state)
            return blocked
    asked = life.flow.asked_to_stop() if life.flow is not None else None
    if asked is not None:
        # User code that swallowed the request meets it again at whatever it asks for next.
        error = SuspendRequested(asked) if isinstance(asked, Paused) else CancelRequested(asked)
        ended = from_error("Task run", error, seconds=None, own_timeout=False)
        life.move(ended.state)
        return ended
    spec = life.spec
    current_task.set(life)
    try:
        if spec.run_name is not None:
            life.name = spec.run_name(life)
        journal = life.flow.journal if life.flow is not None else None
        if journal is not None:
            done = yield from _done_before(life, journal, call)
            if done is not None:
                return done
        place = spec.inputs_place(life) if spec.inputs_place is not None else None
        if place is not None:
            yield Do(_record_inputs, (life, place))
        keeper = spec.keeper(life) if spec.keeper is not None else None
        if keeper is None:
            return (yield from _attempts(life, call, None))
        return (yield from _kept(life, call, keeper))
    finally:
        current_task.set(life.parent)


def _looks_at_inputs(life: TaskLife) -> bool:
    """Say whether anything but the body needs the inputs: then they are to be here, and not only in the cluster."""
    spec = life.spec
    return (
        spec.run_name is not None
        or spec.condition is not None
        or bool(spec.hooks.by_kind)
        or (spec.inputs_place is not None and spec.inputs_place(life) is not None)
        or (spec.keeper is not None and spec.keeper(life) is not None)
    )


def _done_before(life: TaskLife, journal: Journal, call: TaskCall) -> Script[Ended | None]:
    """How this step of a durable run ended in an earlier process, or why that cannot be told; None: it is to be run."""
    try:
        if life.step is None:
            # What it waited for was not known when it was called.
            journal.number(life, direct=call.direct)
        done: Ended | None = yield Do(journal.take, (life,))
    except Exception as error:
        ended = from_error("Task run", error, seconds=None, own_timeout=False)
        life.move(ended.state)
        return ended
    if done is not None:
        life.cache = CacheFacts(hit=True, reused_from=str(done.state.details.get("reused_from", "")) or None)
        life.move(done.state, name=life.name)
    return done


def _record_inputs(life: TaskLife, place: Results) -> None:
    """Keep the inputs for `segue task-run rerun`; inputs that cannot be serialized are simply not kept, and that is said."""
    try:
        ref = place.save(f"inputs-{life.id}", life.parameters)
    except Exception as error:
        level = logging.WARNING if life.spec.record_inputs else logging.DEBUG
        log.log(level, "the inputs of task run %r were not kept: %s", life.name, error, extra={"life": life})
        return
    life.inputs_ref = msgspec.json.encode(ref).decode()


def _kept(life: TaskLife, call: TaskCall, keeper: Keeper) -> Script[Ended]:
    """Within a transaction: a committed result stands for the body."""
    try:
        found = yield from keeper.entering()
    except Exception as error:
        # The configuration asks for what it does not provide: a failure of this task, like one of its body.
        ended = from_error("Task run", error, seconds=None, own_timeout=False)
        life.move(ended.state, name=life.name)
        return ended
    life.cache = keeper.facts
    if found is not None:
        state = stamp.completed(found.ref, name="Cached")
        ended = Ended(state, value=found.value, results=_results(life))
        life.move(state, name=life.name)
        yield from call_hooks(life, ended, log)
        yield from keeper.leaving(None, failed=False)
        return ended
    return (yield from _attempts(life, call, keeper))


def _attempts(life: TaskLife, call: TaskCall, keeper: Keeper | None) -> Script[Ended]:
    spec = life.spec
    attempt = 1
    name = life.name if spec.run_name is not None else None
    while True:
        claim = None
        if life.tags and life.stream.limited_tags and not life.tags.isdisjoint(life.stream.limited_tags):
            try:
                claim = yield from take_tags(life)
            except SegueError as error:
                return (
                    yield from _finish(life, from_error("Task run", error, seconds=None, own_timeout=False), keeper)
                )
        state = stamp.running(attempt)
        begin = None
        if call.home is not None and "RUNNING" not in spec.hooks.by_kind:
            begin = _beginner(life, attempt, name)
        else:
            life.move(state, name=name)
        if spec.hooks.by_kind:
            yield from call_hooks(life, Ended(state), log)
        args, kwargs = call.bind(life.parameters)
        if life.step is not None and life.flow is not None and life.flow.journal is not None:
            life.flow.journal.enter(life.step.split(":", 1)[0])
        writer = keeper.writer() if keeper is not None and call.home is not None else None
        ask = CallUser(spec.function, args, kwargs, spec.timeout, spec.isolated, begin, writer)
        if spec.surround is None:
            outcome = yield ask
        else:
            with spec.surround(life):
                outcome = yield ask
        if claim is not None:
            yield Do(free_tags, (life, claim))
        ended = _meaning(life, outcome)
        retriable = isinstance(ended.state, Failed) or isinstance(ended.error, WorkerLost)
        if attempt <= spec.retries and retriable and (yield from _again(life, ended)):
            delay = spec.delay(attempt) if spec.delay is not None else 0.0
            _say_retry(life, ended, attempt, delay)
            if spec.delay is not None:
                life.move(stamp.awaiting_retry(delay))
            if delay > 0:
                yield Sleep(delay)
            attempt += 1
            continue
        return (yield from _finish(life, ended, keeper))


def _beginner(life: TaskLife, attempt: int, name: str | None) -> Callable[[datetime, str], None]:
    """Return what moves a run to Running when a worker has begun it, by that worker's clock as far as this one agrees."""

    def begin(at: datetime, where: str) -> None:
        state = stamp.running(attempt)
        at = min(max(at, life.state.timestamp), state.timestamp)
        life.move(
            msgspec.structs.replace(state, timestamp=at, message=f"On worker {where}", details={"worker": where}),
            name=name,
        )

    return begin


def _meaning(life: TaskLife, outcome: Outcome) -> Ended:
    spec = life.spec
    match outcome:
        case Returned(value):
            try:
                given = spec.conclude(value) if spec.conclude is not None else None
            except Exception as error:
                # A generator that was returned runs only now.
                return from_error("Task run", error, seconds=None, own_timeout=False)
            return given if given is not None else Ended(stamp.completed(), value=value)
        case Raised(error, told):
            own = type(error) is TimedOut and spec.timeout is not None
            return from_error("Task run", error, seconds=spec.timeout, own_timeout=own, told=told)


def _again(life: TaskLife, ended: Ended) -> Script[bool]:
    condition = life.spec.condition
    if condition is None:
        return True
    match (yield Invoke(condition, (life, ended))):
        case Returned(value):
            return bool(value)
        case Raised(error):
            log.error("the retry condition of task %r raised %r", life.spec.name, error, extra={"life": life})
    return False


def _finish(life: TaskLife, ended: Ended, keeper: Keeper | None) -> Script[Ended]:
    """Persist, record, commit, call hooks: in this order, so that what is recorded as done is done."""
    failed = not ended.completed
    if keeper is None and life.extra is not None and "transaction" in life.extra and life.spec.keeper is not None:
        # The body asked for its transaction, which nothing had needed before.
        keeper = life.spec.keeper(life)
    if keeper is not None:
        ended = yield Do(_keep, (keeper, ended))
        if not failed:
            # Committed first: whoever sees the run completed finds its value.
            yield from keeper.leaving(None, failed=False)
    journal = life.flow.journal if life.flow is not None else None
    if journal is not None and not failed:
        ended = yield Do(journal.keep, (life, ended))
        failed = not ended.completed
    elif failed:
        ended = yield Do(keep_failure if journal is None else journal.fail, (life, ended))
    if not life.state.final:
        # A commit that was refused has ended the run as RolledBack.
        life.move(ended.state, name=life.name if keeper is not None or journal is not None else None)
    if getattr(ended.state, "result", None) is not None:
        # A persisted result is promised to be found again: its row is on disk before anybody sees the value.
        yield Do(life.stream.flush)
    if keeper is not None and failed:
        yield Do(lambda: keeper.leave(ended.error, failed=True))
    if failed:
        log.error("%s", ended.state.message, extra={"life": life})
        remember(ended, life)
    if life.spec.hooks.by_kind:
        yield from call_hooks(life, ended, log)
    return _slim(life, ended)


def _keep(keeper: Keeper, ended: Ended) -> Ended:
    """Stage the value; a value that cannot be stored costs the reuse, never the run."""
    if not ended.completed:
        return ended
    ref = keeper.keep(ended.value)
    return with_result(ended, ref) if ref is not None else ended


def keep_failure(life: TaskLife | FlowLife, ended: Ended) -> Ended:
    """Persist the exception of a failed run, so that whoever reads its state elsewhere raises the same one, where that can be."""
    results = life.spec.results
    if not isinstance(ended.state, Failed) or ended.error is None or ended.face is not None or results is None:
        return ended
    try:
        ref = results().save(f"failure-{life.id}", ended.error)
    except Exception as error:
        # The message and the facts of the error are in the state all the same.
        log.debug("the exception of %r was not persisted: %s", life.name, error, extra={"life": life})
        return ended
    return with_result(ended, ref)


def with_result(ended: Ended, ref: object) -> Ended:
    """Return the same end with a pointer to its persisted value."""
    state: State = msgspec.structs.replace(ended.state, result=ref)
    return Ended(state, ended.value, ended.error, ended.results, ended.face)


def _results(life: TaskLife) -> Results | None:
    return life.spec.results() if life.spec.results is not None else None


def _slim(life: TaskLife, ended: Ended) -> Ended:
    """Drop a persisted value from memory when the task asks for that."""
    ref = getattr(ended.state, "result", None)
    if life.spec.keep_in_memory or ref is None or not ended.completed:
        return ended
    return Ended(ended.state, results=ended.results or _results(life), face=ended.face)


def _say_retry(life: TaskLife, ended: Ended, attempt: int, delay: float) -> None:
    when = f"in {delay:g} s" if delay > 0 else "now"
    log.info("failed with %r; retry %d of %d %s", ended.value, attempt, life.spec.retries, when, extra={"life": life})


def retry_at(state: State) -> float:
    """Seconds until a Scheduled state is due."""
    return max((state.at - now()).total_seconds(), 0.0) if isinstance(state, Scheduled) else 0.0
