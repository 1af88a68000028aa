"""Pausing, suspending, resuming and waiting for flow runs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar, overload
from uuid import UUID

from segue.client.orchestration import SegueClient, SyncSegueClient
from segue.client.schemas.objects import FlowRun
from segue.client.schemas.responses import SetStateStatus
from segue.decide.proposals import fired_pauses
from segue.engine.asks import CancelRequested, Do, Script, Sleep, SuspendRequested
from segue.engine.lives import FlowLife, current_flow, current_task
from segue.engine.session import session
from segue.exceptions import FlowPauseTimeout, FlowRunWaitTimeout, NotPausedError
from segue.host import clock
from segue.host.ids import new_id
from segue.model.states import Cancelled, Cancelling, Paused, Pending, Running, Scheduled
from segue.model.states import State as ModelState
from segue.pairs import aplay, play
from segue.wire.operations import FLOW_RUN_HISTORY, FLOW_RUN_PROPOSE, FLOW_RUN_READ
from segue.wire.requests import ById, Proposal, Verdict

if TYPE_CHECKING:
    from segue.input.keysets import Keyset
    from segue.input.run_input import BaseRunInput

T = TypeVar("T")
log = logging.getLogger("segue.flow_runs")

#: A look at the record costs little, so a resume is seen this soon (seconds) whatever `poll_interval` says.
SOON = 0.2


@overload
def pause_flow_run(
    wait_for_input: None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> None: ...
@overload
def pause_flow_run(
    wait_for_input: type[T], timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T: ...
def pause_flow_run(
    wait_for_input: type[T] | None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T | None:
    """Wait in this process until somebody resumes the current flow run; returns the input when one was asked for.

    `timeout` and `poll_interval` are seconds. A `key` pauses once only: met again, the pause is passed. Awaitable in async
    code. Raises FlowPauseTimeout when nobody resumes in time, RuntimeError outside a flow run.
    """
    return play(_pause(wait_for_input, timeout, poll_interval, key))


@overload
async def apause_flow_run(
    wait_for_input: None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> None: ...
@overload
async def apause_flow_run(
    wait_for_input: type[T], timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T: ...
async def apause_flow_run(
    wait_for_input: type[T] | None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T | None:
    """Wait until somebody resumes the current flow run; the async form of `pause_flow_run`."""
    return await aplay(_pause(wait_for_input, timeout, poll_interval, key))


def _pause(wait_for_input: type[T] | None, timeout: float, poll_interval: float, key: str | None) -> Script[T | None]:
    if timeout < 0:
        raise ValueError(f"'timeout' must be a non-negative number, got {timeout}")
    life = current_flow.get()
    if life is None:
        raise RuntimeError("Flow runs can only be paused from within a flow run.")
    life.pauses += 1
    paused = _paused(key or str(life.pauses), timeout, asks=wait_for_input is not None)
    question = _Question(life.id, paused, wait_for_input) if wait_for_input is not None else None
    if life.run_count > 1 and (yield Do(_went_on, (life, paused.key))):
        return (yield from question.answer()) if question is not None else None
    log.info("Pausing flow, execution will continue when this flow run is resumed.", extra={"life": life})
    if question is not None:
        yield from question.put()
    verdict: Verdict = yield Do(_propose, (life, paused))
    if verdict.status == "accept":
        life.enter(paused)
        yield from _until_resumed(life, paused, poll_interval)
        log.info("Resuming flow run execution!", extra={"life": life})
    elif isinstance(verdict.state, Paused) and verdict.state.reschedule:
        life.suspended = verdict.state
        raise SuspendRequested(verdict.state)
    elif verdict.status != "reject" or not isinstance(verdict.state, Running):
        # A run that goes on running has met this pause before; anything else means that it cannot be paused.
        raise RuntimeError(f"Flow run cannot be paused: {verdict.reason}")
    return (yield from question.answer()) if question is not None else None


class _Question:
    """What a pause asks for, and under which keys."""

    def __init__(self, id: str, paused: Paused, kind: object) -> None:
        from segue.input import keyset_from_base_key  # noqa: PLC0415 - a door: pydantic is needed only to ask
        from segue.input.run_input import run_input_subclass_from_type  # noqa: PLC0415 - the same

        self._id = id
        self._class: type[BaseRunInput] = run_input_subclass_from_type(kind)
        self._keys: Keyset = keyset_from_base_key(paused.input_key or "")

    def put(self) -> Script[None]:
        yield from self._class.ask(self._keys, self._id)

    def answer(self) -> Script[T]:
        answer: T = yield from self._class.answered(self._keys, self._id)
        return answer


def _paused(key: str, timeout: float, *, asks: bool) -> Paused:
    now = clock.now()
    return Paused(
        id=new_id(),
        name="Paused",
        timestamp=now,
        until=now + timedelta(seconds=timeout),
        key=key,
        input_key=f"paused-{key}" if asks else None,
    )


def _propose(life: FlowLife, state: ModelState) -> Verdict:
    fence = life.lease.fence if life.lease is not None else None
    return life.backend.call(FLOW_RUN_PROPOSE, Proposal(id=life.id, state=state, fence=fence))


def _went_on(life: FlowLife, key: str | None) -> bool:
    """Whether the run met this pause before and was resumed, in this process or another.

    A durable run is not asked twice. Any other is asked again when it is tried again, but not when it goes on after a suspension.
    """
    history: Sequence[ModelState] = [row.state for row in life.backend.call(FLOW_RUN_HISTORY, ById(life.id)).items]
    if not life.spec.durable:
        return key in fired_pauses(history)
    passed = [state for state in history if not isinstance(state, Scheduled | Pending)]
    return any(
        isinstance(before, Paused) and before.key == key and isinstance(after, Running)
        for before, after in pairwise(passed)
    )


def _until_resumed(life: FlowLife, paused: Paused, poll_interval: float) -> Script[None]:
    deadline = clock.monotonic() + ((paused.until or clock.now()) - clock.now()).total_seconds()
    while True:
        state = (yield Do(life.backend.call, (FLOW_RUN_READ, ById(life.id)))).state
        match state:
            case Running():
                life.enter(state)
                return
            case Cancelling() | Cancelled():
                life.cancelled = state
                raise CancelRequested(state)
            case Paused() if (left := deadline - clock.monotonic()) > 0:
                yield Sleep(min(poll_interval, SOON, left))
            case _:
                raise FlowPauseTimeout("Flow run was paused and never resumed.")


@overload
def suspend_flow_run(
    wait_for_input: None = None,
    flow_run_id: UUID | str | None = None,
    timeout: float | None = None,
    key: str | None = None,
) -> None: ...
@overload
def suspend_flow_run(
    wait_for_input: type[T], flow_run_id: UUID | str | None = None, timeout: float | None = None, key: str | None = None
) -> T: ...
def suspend_flow_run(
    wait_for_input: type[T] | None = None,
    flow_run_id: UUID | str | None = None,
    timeout: float | None = None,
    key: str | None = None,
) -> T | None:
    """End the process of a flow run; resumed, it is started again by whoever runs its deployment, and begins from the top.

    Returns the input when one was asked for. What is kept is not done again: steps of a durable flow, results by cache policy.
    Another run (`flow_run_id`) ends at its next step. `timeout` in seconds; None waits for ever. A `key` suspends once only: met
    again, it is passed. Awaitable in async code. Raises RuntimeError for runs without a deployment and for subflows.
    """
    return play(_suspend(wait_for_input, flow_run_id, timeout, key))


@overload
async def asuspend_flow_run(
    wait_for_input: None = None,
    flow_run_id: UUID | str | None = None,
    timeout: float | None = None,
    key: str | None = None,
) -> None: ...
@overload
async def asuspend_flow_run(
    wait_for_input: type[T], flow_run_id: UUID | str | None = None, timeout: float | None = None, key: str | None = None
) -> T: ...
async def asuspend_flow_run(
    wait_for_input: type[T] | None = None,
    flow_run_id: UUID | str | None = None,
    timeout: float | None = None,
    key: str | None = None,
) -> T | None:
    """End the process of a flow run until somebody resumes it; the async form of `suspend_flow_run`."""
    return await aplay(_suspend(wait_for_input, flow_run_id, timeout, key))


def _suspend(
    wait_for_input: type[T] | None, flow_run_id: UUID | str | None, timeout: float | None, key: str | None
) -> Script[T | None]:
    if timeout is not None and timeout < 0:
        raise ValueError(f"'timeout' must be a non-negative number, got {timeout}")
    life = current_flow.get()
    if flow_run_id is not None and (life is None or str(flow_run_id) != life.id):
        yield from _suspend_another(wait_for_input, str(flow_run_id), timeout, key)
        return None
    if current_task.get() is not None:
        raise RuntimeError("Cannot suspend task runs.")
    if life is None:
        raise RuntimeError("Flow runs can only be suspended from within a flow run.")
    yield from _refuse_unstartable(life.id)
    life.pauses += 1
    suspended = _suspended(key or str(life.pauses), timeout, asks=wait_for_input is not None)
    question = _Question(life.id, suspended, wait_for_input) if wait_for_input is not None else None
    if life.run_count > 1 and (yield Do(_went_on, (life, suspended.key))):
        return (yield from question.answer()) if question is not None else None
    if question is not None:
        yield from question.put()
    verdict: Verdict = yield Do(_propose, (life, suspended))
    match verdict.state:
        case Paused(reschedule=True) as held:
            # Accepted, or somebody else has suspended it meanwhile.
            life.enter(held)
            life.suspended = held
            raise SuspendRequested(held)
        case _:
            raise RuntimeError(f"Flow run cannot be suspended: {verdict.reason}")


def _suspend_another(wait_for_input: type[T] | None, id: str, timeout: float | None, key: str | None) -> Script[None]:
    yield from _refuse_unstartable(id)
    suspended = _suspended(key or new_id(), timeout, asks=wait_for_input is not None)
    if wait_for_input is not None:
        yield from _Question(id, suspended, wait_for_input).put()
    call = session().backend.call
    verdict: Verdict = yield Do(call, (FLOW_RUN_PROPOSE, Proposal(id=id, state=suspended)))
    if verdict.status != "accept":
        raise RuntimeError(f"Flow run cannot be suspended: {verdict.reason}")


def _refuse_unstartable(id: str) -> Script[None]:
    run: FlowRun = yield Do(SyncSegueClient().read_flow_run, (id,))
    why = None
    if run.parent_task_run_id is not None and run.deployment_id is None:
        why = "it is a subflow, which runs in the process of the flow that calls it: suspend that one"
    elif run.deployment_id is None:
        why = "it has no deployment, so nothing would start it again when it is resumed"
    if why is not None:
        raise RuntimeError(f"Flow run cannot be suspended: {why}. Use pause_flow_run, which waits in the process.")


def _suspended(key: str, timeout: float | None, *, asks: bool) -> Paused:
    now = clock.now()
    return Paused(
        id=new_id(),
        name="Suspended",
        timestamp=now,
        until=None if timeout is None else now + timedelta(seconds=timeout),
        key=key,
        reschedule=True,
        input_key=f"suspended-{key}" if asks else None,
    )


def resume_flow_run(flow_run_id: UUID | str, run_input: Mapping[str, object] | None = None) -> None:
    """Let a paused flow run go on, in whichever process it waits, with the input it asked for. Awaitable in async code.

    Raises NotPausedError, FlowPauseTimeout when the pause is over, RuntimeError when the input does not fit.
    """
    return play(_resume(flow_run_id, run_input))


async def aresume_flow_run(flow_run_id: UUID | str, run_input: Mapping[str, object] | None = None) -> None:
    """Let a paused flow run go on; the async form of `resume_flow_run`."""
    await aplay(_resume(flow_run_id, run_input))


def _resume(flow_run_id: UUID | str, run_input: Mapping[str, object] | None) -> Script[None]:
    result = yield Do(SyncSegueClient().resume_flow_run, (flow_run_id, run_input))
    match result.status:
        case SetStateStatus.ACCEPT:
            return
        case SetStateStatus.ABORT:
            raise NotPausedError("Cannot resume a run that isn't paused!")
        case _ if result.state is not None and result.state.is_failed():
            raise FlowPauseTimeout("Flow run can no longer be resumed.")
        case _:
            raise RuntimeError(f"Cannot resume this run: {result.details.reason}")


async def wait_for_flow_run(
    flow_run_id: UUID | str,
    timeout: float | None = 10800,
    poll_interval: float | None = None,
    client: SegueClient | SyncSegueClient | None = None,
    *,
    log_states: bool = False,
) -> FlowRun:
    """Return a flow run once it has ended, wherever it runs; `timeout` in seconds, None waits for ever.

    Raises FlowRunWaitTimeout.
    """
    reader = client.sync if isinstance(client, SegueClient) else client or SyncSegueClient()
    return await aplay(_wait(reader, flow_run_id, timeout, poll_interval, log_states=log_states))


def _wait(
    client: SyncSegueClient,
    flow_run_id: UUID | str,
    timeout: float | None,
    poll_interval: float | None,
    *,
    log_states: bool,
) -> Script[FlowRun]:
    deadline = None if timeout is None else clock.monotonic() + timeout
    seen: UUID | None = None
    while True:
        run: FlowRun = yield Do(client.read_flow_run, (flow_run_id,))
        if log_states and run.state_id != seen:
            log.info("Flow run is in state %r", run.state_name)
        seen = run.state_id
        if run.state is not None and run.state.is_final():
            return run
        if deadline is not None and clock.monotonic() >= deadline:
            raise FlowRunWaitTimeout(f"Flow run with ID {flow_run_id} exceeded watch timeout of {timeout} seconds")
        yield Sleep(min(poll_interval or SOON, SOON))
