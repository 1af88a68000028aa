"""The life of a flow run, once, for sync and async alike.

    Pending → Running → Completed │ Failed │ Crashed │ Cancelled      (AwaitingRetry → Retrying in between)

A top-level run asks: it is created (or claimed) under a lease, and its last state is proposed and obeyed, because somebody else may
have cancelled it or taken it over. A subflow lives under its root's lease, so its moves are facts like those of tasks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.engine import stamp
from segue.engine.asks import (
    AwaitAll,
    CallUser,
    CancelRequested,
    Do,
    ExternalSignal,
    LeaseLost,
    Outcome,
    Overdue,
    Raised,
    Returned,
    Script,
    Sleep,
    SuspendRequested,
    TimedOut,
)
from segue.engine.beginning import begin_root, begin_subflow
from segue.engine.ended import MISSING, Ended
from segue.engine.failure import describe
from segue.engine.hooking import call_hooks
from segue.engine.interpret import from_error
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.engine.reach import strike_workers
from segue.engine.report import remember
from segue.engine.task_script import keep_failure, with_result
from segue.host.groups import end_others
from segue.host.tracing import tracer
from segue.model.errors import SegueError, StaleFence
from segue.model.states import Cancelled, Failed, Paused, State
from segue.wire.operations import FLOW_RUN_PROPOSE, LEASE_END
from segue.wire.requests import EndLease, Proposal, Verdict

if TYPE_CHECKING:
    from segue.engine.promise import Promise
    from segue.engine.session import Session

#: What threads have to end in when their run must end: the process was told to terminate, or the time is up.
GRACE_SECONDS = 1.0
#: What processes that a cancelled run has started have to end in, before they are killed.
GROUP_GRACE_SECONDS = 2.0

log = logging.getLogger("segue.flow_runs")


class FlowCall(Struct, frozen=True, eq=False):
    """How a flow run was called."""

    session: Session
    #: Stops the code of this run from another thread: the driver knows how.
    stop: Callable[[BaseException], object]
    #: Takes back what `stop` did not get to raise.
    over: Callable[[], object] = lambda: None
    #: A run that exists and is to be run again, rather than a new one.
    existing: str | None = None
    #: The fence under which whoever started this process holds that run, and hands it over.
    fence: int | None = None
    #: From where a run that exists is done again: `start`, or a task run of it.
    redo_from: str | None = None
    promises: Sequence[Promise] = ()
    resolve: Callable[[FlowLife], Ended | None] | None = None


def flow_script(life: FlowLife, call: FlowCall) -> Script[Ended]:
    """Live one flow run; returns how it ended, never raises what user code raised."""
    tracing = tracer()
    if tracing is None:
        return _lives(life, call)
    from segue.engine.spans import flow_span  # noqa: PLC0415 - a door: for traces only

    return flow_span(tracing, life, _lives(life, call), existing=call.existing)


def _lives(life: FlowLife, call: FlowCall) -> Script[Ended]:
    if call.promises:
        yield AwaitAll(call.promises)
    blocked = call.resolve(life) if call.resolve is not None else None
    problem = _problem(life) if blocked is None else None
    first = _first_states(life, problem, blocked)
    flow_before, task_before = current_flow.get(), current_task.get()
    if call.fence is not None:
        # This process was started for this run alone, and so was whatever else is in its process group.
        life.extra["own_group"] = True
    current_flow.set(life)
    current_task.set(None)
    try:
        if life.parent is None:
            yield Do(begin_root, (life, call.session, first, call.existing, call.fence, call.redo_from))
        else:
            done = yield from begin_subflow(life, first)
            if done is not None:
                return done
        if blocked is not None:
            return _not_ready(life, blocked)
        if problem is not None:
            return (yield from _settle(life, Ended(first[-1], value=problem, error=problem), entered=True))
        if life.parent is None:
            log.info("Beginning flow run %r for flow %r", life.name, life.spec.name, extra={"life": life})
        call.session.pulse.watch(life, call.stop)
        ended = yield from _lived(life)
        # From here on nothing interrupts: the last state is entered and the hooks run whoever asks for what.
        call.session.pulse.deafen(life)
        call.over()
        return (yield from _settle(life, ended))
    finally:
        call.over()
        call.session.pulse.unwatch(life)
        current_flow.set(flow_before)
        current_task.set(task_before)


def _problem(life: FlowLife) -> BaseException | None:
    """Validate the arguments; returns what is wrong with them."""
    spec = life.spec
    if spec.validate is not None:
        try:
            life.parameters = spec.validate(life.parameters)
        except Exception as error:
            return error
    return None


def _not_ready(life: FlowLife, blocked: Ended) -> Ended:
    """An upstream result cannot be had: the body never runs, and asking for the value says so."""
    if life.parent_task is not None:
        life.parent_task.move(blocked.state)
    return Ended(blocked.state)


def _first_states(life: FlowLife, problem: BaseException | None, blocked: Ended | None) -> list[State]:
    if blocked is not None:
        return [stamp.pending(), blocked.state]
    if problem is None:
        return [stamp.pending(), stamp.running(life.run_count + 1, name="Running")]
    message = f"Validation of flow parameters failed with error: {type(problem).__name__}: {problem}"
    return [stamp.pending(), stamp.failed(message, describe(problem))]


def _lived(life: FlowLife) -> Script[Ended]:
    """Run the attempts; a stop from outside that comes between them ends the run as one within does."""
    try:
        return (yield from _attempts(life))
    except (ExternalSignal, KeyboardInterrupt) as error:
        return from_error("Flow run", error, seconds=None, own_timeout=False)


def _attempts(life: FlowLife) -> Script[Ended]:
    spec = life.spec
    tried = 1
    while True:
        log.debug("running flow run %r, attempt %d", life.name, tried, extra={"life": life})
        yield from call_hooks(life, Ended(life.state), log)  # type: ignore[arg-type]
        ended = yield from _body(life)
        if tried > spec.retries or not isinstance(ended.state, Failed) or _diverged(life) is not None:
            return ended
        if life.cancelled is None:
            # Why the tasks of this attempt were stopped is no reason to stop those of the next. What comes from here on is one.
            life.extra.pop("stopped_by", None)
        log.info(
            "failed with %r; retry %d of %d in %g s", ended.value, tried, spec.retries, spec.delay, extra={"life": life}
        )
        refused = yield from _enter(life, stamp.awaiting_retry(spec.delay, ended.state.message))
        if refused is not None:
            return refused
        yield Sleep(spec.delay)
        tried += 1
        # A flow that is tried again in its process is simply Running; Retrying is a task's word.
        refused = yield from _enter(life, stamp.running(life.run_count + 1, name="Running"))
        if refused is not None:
            return refused


def _body(life: FlowLife) -> Script[Ended]:
    """Run the user's function in its surroundings, then wait for the tasks it left running."""
    spec = life.spec
    args, kwargs = spec.call(life.parameters)
    with ExitStack() as stack:
        if spec.surround is not None:
            stack.enter_context(spec.surround(life))
        if life.journal is not None:
            life.journal.enter(life.journal.within(life))
        outcome = yield CallUser(spec.function, args, kwargs, spec.timeout, spec.isolated)
        grace = None
        if isinstance(outcome, Raised) and (
            type(outcome.error) is TimedOut or not isinstance(outcome.error, Exception)
        ):
            grace = _abandon(life, outcome.error)
        try:
            yield from _children(life, grace)
            ended = yield from _meaning(life, outcome)
        except BaseException as error:
            yield from _children(life, _abandon(life, error))
            ended = from_error("Flow run", error, seconds=None, own_timeout=False)
        _say_unobserved(life)
    diverged = _diverged(life)
    if diverged is not None and ended.completed:
        # User code went on regardless: what it did is not what the run that it resumes was doing.
        ended = from_error("Flow run", diverged, seconds=None, own_timeout=False)
    return ended


def _diverged(life: FlowLife) -> BaseException | None:
    return life.journal.problem if life.journal is not None else None


def _meaning(life: FlowLife, outcome: Outcome) -> Script[Ended]:
    spec = life.spec
    match outcome:
        case Returned(value):
            given = yield Do(spec.conclude, (value,))
            return given if given is not None else Ended(stamp.completed(), value=value)
        case Raised(error, told):
            own = type(error) is TimedOut and spec.timeout is not None
            return from_error("Flow run", error, seconds=spec.timeout, own_timeout=own, told=told)


def _children(life: FlowLife, grace: float | None) -> Script[None]:
    """Nothing submitted is left behind: the run ends when its tasks have, or, where it must end, after a grace."""
    # Again and again: a task may have submitted others while it was waited for.
    # In a forked child there is nobody to wait for: threads stay with the parent.
    while not life.root().forked and (waiting := _waiting(life)):
        yield AwaitAll(waiting, grace)
        if grace is not None:
            return


def _waiting(life: FlowLife) -> list[Promise]:
    return [child.promise for child in list(life.children.values()) if child.promise.ended is None]


def _say_unobserved(life: FlowLife) -> None:
    """A failure that nobody looked at is said."""
    for child in list(life.children.values()):
        ended = child.promise.ended
        stopped = ended is None or isinstance(ended.state, Cancelled)
        if ended is not None and not ended.completed and not child.observed and not stopped:
            log.warning(
                "task run %r ended in %s and nothing looked at its result: %s",
                child.life.name, ended.state.name, ended.state.message, extra={"life": life},
            )  # fmt: skip
    life.children.clear()


def _abandon(life: FlowLife, error: BaseException) -> float | None:
    """The run is being stopped: what was submitted and has not begun will not begin, and what has is told.

    Returns how long to wait for what was told. A cancelled run has ended when all of it has, and until then it says so.
    """
    cancel = life.extra.get("abandon")
    if callable(cancel):
        cancel(error)
    if isinstance(error, SuspendRequested):
        # What is under way is finished, so that it need not be done again.
        return None
    strike_workers(life, Overdue() if isinstance(error, TimedOut) else error)
    return None if isinstance(error, CancelRequested) else GRACE_SECONDS


def _enter(life: FlowLife, state: State) -> Script[Ended | None]:
    """Enter a state, asking first where that is needed; an `Ended` when the answer is that this run is over."""
    if life.parent is not None:
        life.move(state)
        return None
    verdict = yield Do(_propose, (life, state))
    if verdict.status == "accept":
        life.enter(state)
        return None
    return _refused(life, verdict)


def _propose(life: FlowLife, state: State) -> Verdict:
    lease = life.lease
    try:
        return life.backend.call(
            FLOW_RUN_PROPOSE, Proposal(id=life.id, state=state, fence=lease.fence if lease is not None else None)
        )
    except StaleFence as error:
        raise LeaseLost(str(error)) from error


def _refused(life: FlowLife, verdict: Verdict) -> Ended:
    life.enter(verdict.state)
    suspended = isinstance(verdict.state, Paused)
    error = SuspendRequested(verdict.state) if suspended else CancelRequested(verdict.state)
    return Ended(verdict.state, value=error, error=error)


def _settle(life: FlowLife, ended: Ended, *, entered: bool = False) -> Script[Ended]:
    """Persist the value, enter the final state, call the hooks."""
    if life.root().forked:
        # The run goes on in the process that it was forked from; how this copy of it ends is nobody's business.
        return ended
    if isinstance(ended.error, SuspendRequested) and life.parent is None:
        return (yield from _let_go(life, ended.error))
    if not entered:
        ended = yield from _persist(life, ended)
    _record_end(life, ended)
    if life.extra.get("own_group") and (life.cancelled is not None or isinstance(ended.state, Cancelled)):
        # Cancelled is said when nothing of the run goes on.
        yield Do(end_others, (GROUP_GRACE_SECONDS,))
    if entered:
        life.enter(ended.state)
    elif isinstance(ended.error, LeaseLost):
        # Somebody else is writing this run's history now; this process only stops.
        return ended
    else:
        refused = yield from _enter(life, ended.state)
        if refused is not None:
            confirmed = yield from _confirm(life, refused)
            ended = Ended(confirmed, value=ended.value, error=ended.error or refused.error, face=ended.face)
    if life.parent_task is not None:
        yield from _mirror(life, life.parent_task, ended)
    _say_end(life, ended)
    yield from call_hooks(life, ended, log)
    if life.parent is None and life.stream is not None:
        # Only now: what hooks run is recorded with the run.
        yield Do(life.stream.close)
    return ended


def _let_go(life: FlowLife, error: SuspendRequested) -> Script[Ended]:
    """Leave a suspended run to whoever begins it again: all of it is on record, and nobody holds it."""
    log.info("Flow run %r is suspended: this process lets it go", life.name, extra={"life": life})
    if life.stream is not None:
        yield Do(life.stream.flush)
    if life.lease is not None:
        try:
            yield Do(life.backend.call, (LEASE_END, EndLease(id=life.lease.id, fence=life.lease.fence)))
        except StaleFence:
            pass
        except SegueError as problem:
            log.warning("flow run %r cannot be let go now, but with the end of this process: %s", life.name, problem)
    if life.stream is not None:
        yield Do(life.stream.close)
    state = error.state if isinstance(error.state, Paused) else life.state
    return Ended(state, value=error, error=error)  # type: ignore[arg-type]  # a run that is suspended has a state


def _confirm(life: FlowLife, refused: Ended) -> Script[State]:
    """A run that was asked to cancel and has stopped says so; whatever else refused the state stands."""
    if refused.state.kind != "CANCELLING":
        return refused.state
    state = stamp.cancelled(refused.state.message or "Flow run was cancelled.", refused.state.actor)
    again = yield from _enter(life, state)
    return state if again is None else again.state


def _persist(life: FlowLife, ended: Ended) -> Script[Ended]:
    spec = life.spec
    if not ended.completed:
        kept: Ended = yield Do(keep_failure, (life, ended))
        return kept
    if life.journal is not None and life.parent_task is not None:
        kept = yield Do(life.journal.keep, (life.parent_task, ended, "Flow run"))
        return kept if spec.keep_in_memory or not kept.completed else Ended(kept.state, results=kept.results)
    if spec.results is None or ended.value is MISSING:
        return ended
    if life.journal is None and not (spec.persists and spec.persists(life)):
        return ended
    try:
        ref = yield Do(spec.results().save, (f"flow-{life.id}", ended.value))
    except Exception as error:
        log.warning("the result of flow run %r was not persisted: %s", life.name, error, extra={"life": life})
        return ended
    kept = with_result(ended, ref)
    return kept if spec.keep_in_memory else Ended(kept.state, results=spec.results())


def _mirror(life: FlowLife, task: TaskLife, ended: Ended) -> Script[None]:
    """The task run that stands for a subflow in its parent ends as the subflow did."""
    task.move(ended.state)
    if life.journal is not None and ended.completed:
        # A finished step: its row is on disk before anybody sees the value.
        yield Do(task.stream.flush)


def _end_line(ended: Ended) -> tuple[int, str]:
    level = logging.INFO if ended.completed else logging.ERROR
    state = ended.state
    facts = [repr(state.message)] if state.message else []
    if state.name.lower() != state.kind.lower():
        facts.append(f"type={state.kind}")
    return level, f"Finished in state {state.name}({', '.join(facts)})"


def _record_end(life: FlowLife, ended: Ended) -> None:
    """Record the last line before the last state is proposed, so that both are in one commit."""
    level, message = _end_line(ended)
    if log.isEnabledFor(level):
        life.log(level, log.name, message)


def _say_end(life: FlowLife, ended: Ended) -> None:
    level, message = _end_line(ended)
    log.log(level, message, extra={"life": life, "final": ended, "recorded": True})
    remember(ended, life)
