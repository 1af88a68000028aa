"""A call of a flow: the run is made here and lived by the engine, in this thread, as a coroutine, or item by item."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segue.engine.asks import CancelRequested, SuspendRequested, TerminationSignal
from segue.engine.drive_sync import drive
from segue.engine.ended import MISSING, Ended
from segue.engine.flow_script import FlowCall, flow_script
from segue.engine.interrupts import Interrupter, StopOnLoop, die_of, interruptible
from segue.engine.lives import FlowLife, current_flow, current_tags, current_task
from segue.engine.report import watch_failures
from segue.engine.session import session
from segue.engine.signature import COROUTINE, flags
from segue.exceptions import CancelledRun, CrashedRun, FailedRun
from segue.host.ids import new_id
from segue.logging.wiring import setup
from segue.origins import note, origins_of
from segue.states import State
from segue.top_level import starts_a_run
from segue.upstream import ATOMS, Upstream, resolver

if TYPE_CHECKING:
    from segue.engine.drive_async import LoopInterrupter
    from segue.flows import Flow


def call_flow(
    flow: Flow[Any, Any],
    parameters: dict[str, Any],
    *,
    return_state: bool,
    wait_for: Iterable[Any] | None = None,
    existing: str | None = None,
    fence: int | None = None,
    redo_from: str | None = None,
) -> Any:
    """Run a flow for its caller: value, state, coroutine or generator, as the function is and as was asked.

    `existing`: a run that is there and is to be run; with `fence` it is handed over by whoever holds it under that fence, with
    `redo_from` it is done again from there.
    """
    if flow.isgenerator:
        return _agenerate(flow, parameters, wait_for) if flow.isasync else _generate(flow, parameters, wait_for)
    if flow.isasync and flags(flow.fn) & COROUTINE:
        return _acall(
            flow,
            parameters,
            return_state=return_state,
            wait_for=wait_for,
            existing=existing,
            fence=fence,
            redo_from=redo_from,
        )
    life = make_life(flow, parameters, existing)
    with hearing(life):
        ended = drive(flow_script(life, _call(life, wait_for, Interrupter(life), existing, fence, redo_from)))
    return answer(life, ended, return_state=return_state)


@contextmanager
def hearing(life: FlowLife, stop: StopOnLoop | None = None) -> Iterator[None]:
    """Let a top-level run in the main thread hear the signals of its process."""
    life.main_thread = threading.current_thread() is threading.main_thread()
    if life.parent is not None or not life.main_thread:
        yield
        return
    with interruptible(stop):
        yield


async def _acall(
    flow: Flow[Any, Any],
    parameters: dict[str, Any],
    *,
    return_state: bool,
    wait_for: Iterable[Any] | None,
    existing: str | None,
    fence: int | None,
    redo_from: str | None,
) -> Any:
    from segue.engine.drive_async import LoopInterrupter, adrive, as_cancellation  # noqa: PLC0415 - the async driver's door

    life = make_life(flow, parameters, existing)
    stop = LoopInterrupter(life)
    with hearing(life, stop):
        ended = await adrive(flow_script(life, _call(life, wait_for, stop, existing, fence, redo_from)), life)
    try:
        return answer(life, ended, return_state=return_state)
    except KeyboardInterrupt as error:
        handed_on = as_cancellation(error, life)
        if handed_on is not error and life.parent is None and life.main_thread:
            # Whoever runs the loop says at its end what it was cancelled for.
            die_of(error)
        raise handed_on from None


def _generate(
    flow: Flow[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None
) -> Generator[Any, Any, Any]:
    from segue.engine.drive_generator import drive_generator  # noqa: PLC0415 - a door: generators are rare

    life = make_life(flow, parameters, None)
    ended = yield from drive_generator(flow_script(life, _call(life, wait_for, Interrupter(life), None)), flow.fn)
    return answer(life, ended, return_state=False)


async def _agenerate(
    flow: Flow[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None
) -> AsyncIterator[Any]:
    from segue.engine.drive_async import LoopInterrupter  # noqa: PLC0415 - the async driver's door
    from segue.engine.drive_generator import adrive_generator  # noqa: PLC0415 - a door: generators are rare

    life = make_life(flow, parameters, None)
    settled: list[Ended] = []
    stop = LoopInterrupter(life)
    async for item in adrive_generator(flow_script(life, _call(life, wait_for, stop, None)), flow.fn, settled):
        yield item
    answer(life, settled[0], return_state=False)


def make_life(flow: Flow[Any, Any], parameters: dict[str, Any], existing: str | None) -> FlowLife:
    """Make the run's life: a subflow where a flow run is around, else a top-level run."""
    parent = current_flow.get()
    if parent is None:
        starts_a_run()
        watch_failures()
        setup()
    shared = session()
    life = FlowLife(
        id=existing or new_id(), spec=flow.spec, parameters=parameters, backend=shared.backend, tags=current_tags.get()
    )
    if parent is not None:
        life.parent = parent
        life.caller = current_task.get()
    else:
        life.extra["journal_results"] = journal_results
    return life


def journal_results(life: FlowLife) -> Any:
    """Return where a durable run keeps its steps' results."""
    from segue.results import journal_of  # noqa: PLC0415 - a door: durable flows only

    return journal_of(life)


def _call(
    life: FlowLife,
    wait_for: Iterable[Any] | None,
    stop: Interrupter | LoopInterrupter,
    existing: str | None,
    fence: int | None = None,
    redo_from: str | None = None,
) -> FlowCall:
    shared = session()
    if wait_for is None and all(type(value) in ATOMS for value in life.parameters.values()):
        return FlowCall(session=shared, stop=stop, over=stop.over, existing=existing, fence=fence, redo_from=redo_from)
    upstream = Upstream(origins_of(life.parent))
    upstream.look(life.parameters)
    upstream.wait_for(wait_for)
    life.upstream = upstream.edges
    resolve = resolver(upstream.found, wait_for) if upstream.found or wait_for is not None else None
    return FlowCall(
        session=shared, stop=stop, over=stop.over, existing=existing, fence=fence, redo_from=redo_from,
        promises=upstream.promises, resolve=resolve,
    )  # fmt: skip


def answer(life: FlowLife, ended: Ended, *, return_state: bool) -> Any:
    """Give the caller what was asked for: the state, or the value, or what went wrong.

    What ended the run from outside (a signal, an exit) is not this run's alone: it goes on to end the caller as well.
    """
    error = ended.error
    if isinstance(error, CancelRequested):
        if _cancelled_above(life):
            raise error
        # Whoever closed the run while its code went on has said how it ended.
        kind = {"CRASHED": CrashedRun, "FAILED": FailedRun}.get(ended.state.kind, CancelledRun)
        error = kind(ended.state.message or f"Run {ended.state.name.lower()}.")
    if isinstance(error, SuspendRequested) and life.parent is None and return_state:
        return State.of_ended(ended, life)
    if isinstance(error, TerminationSignal) and life.parent is None and life.main_thread:
        die_of(error)
    if error is not None and not isinstance(error, Exception):
        raise error
    if return_state:
        return State.of_ended(ended, life)
    if error is not None:
        raise error
    if ended.value is MISSING:
        return State.of_ended(ended, life).result()
    if life.parent is not None and life.parent_task is not None:
        note(life.parent, ended.value, life.parent_task.id)
    return ended.value


def _cancelled_above(life: FlowLife) -> bool:
    above = life.parent
    while above is not None:
        if above.cancelled is not None:
            return True
        above = above.parent
    return False
