"""Stopping user code that does not stop by itself, within what CPython allows: deadlines, signals, requests of others."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

from segue.engine.asks import Overdue, TerminationSignal, TimedOut
from segue.engine.reach import Deadline, Reach, arm, here, on_alarm, strike_workers

if TYPE_CHECKING:
    from segue.engine.lives import FlowLife

_HAS_ALARM = hasattr(signal, "setitimer")


@contextmanager
def bounded(seconds: float) -> Iterator[Deadline]:
    """Raise `TimedOut` from the block when user code in it takes longer than `seconds`."""
    deadline = Deadline(seconds)
    reach = here()
    by_alarm = _HAS_ALARM and reach.main
    try:
        with _bound_by_alarm(reach, deadline) if by_alarm else _bound_by_timer(reach, deadline, seconds):
            yield deadline
    except Overdue as error:
        if error.deadline is not deadline:
            # The time of a call around this one is up, which is for that call to say.
            raise
        raise TimedOut(f"timed out after {seconds} second(s)").with_traceback(error.__traceback__) from None


@contextmanager
def _bound_by_alarm(reach: Reach, deadline: Deadline) -> Iterator[None]:
    previous = signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, on_alarm)
    reach.deadlines.append(deadline)
    try:
        arm(reach)
        yield
    finally:
        reach.deadlines.remove(deadline)
        arm(reach)
        if not reach.deadlines and previous is not on_alarm:
            signal.signal(signal.SIGALRM, previous)


@contextmanager
def _bound_by_timer(reach: Reach, deadline: Deadline, seconds: float) -> Iterator[None]:
    overdue = Overdue(deadline)
    guard = threading.Lock()
    over = False

    def fire() -> None:
        with guard:
            if not over:
                deadline.fired = True
                reach.strike(overdue)

    timer = threading.Timer(seconds, fire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with guard:
            over = True
        timer.cancel()
        reach.forget(overdue)


class Interrupter:
    """Stops one run, from any thread: its own thread and those of its pools are told."""

    __slots__ = ("_errors", "_life", "_reach")

    def __init__(self, life: FlowLife) -> None:
        self._life = life
        self._reach = here()
        self._errors: list[BaseException] = []

    def __call__(self, error: BaseException) -> None:
        """Raise this in its threads."""
        self._errors.append(error)
        # An event loop that the thread runs by the way says no more than that it was cancelled.
        self._life.extra["stopped_by"] = error
        self._reach.strike(error)
        strike_workers(self._life, error)

    def over(self) -> None:
        """The body has ended: what did not reach it is not for what comes after it."""
        for error in self._errors:
            self._reach.forget(error)


class StopOnLoop(Protocol):
    """Stops a run that lives on an event loop; False when its body has ended already."""

    def __call__(self, error: BaseException, *, raised: bool = False) -> bool:
        """Stop it; `raised`: sync code of it that keeps the loop busy hears of it otherwise."""
        ...


#: What stops the runs that the main thread's event loops live, while signals are ours to hear; False where it is too late.
_on_loops: list[StopOnLoop] = []
_before: dict[int, object] = {}
_depth = 0
#: What ended a run while others went on: the process dies of it when the last of them has ended.
_owed: list[TerminationSignal | KeyboardInterrupt] = []
#: What the process has heard of already, until another run begins: it may end several runs, and means the process once.
_paid: TerminationSignal | KeyboardInterrupt | None = None


@contextmanager
def interruptible(stop: StopOnLoop | None = None) -> Iterator[None]:
    """While a run lasts in the main thread: SIGTERM and Ctrl-C end it once they may, and other threads can interrupt it.

    `stop`: stops a run on an event loop, which an exception raised just anywhere would tear. What came while the engine was at
    work, and found no user code afterwards, is as if it had come after the block.
    """
    global _depth  # noqa: PLW0603 - signal handlers belong to the process
    reach = here()
    if not reach.main:
        yield
        return
    if _depth == 0:
        _take_signals()
    _depth += 1
    if stop is not None:
        _on_loops.append(stop)
    try:
        yield
    finally:
        if stop is not None and stop in _on_loops:
            _on_loops.remove(stop)
        # Zero already in a copy of the run that was forked from within.
        _depth = max(_depth - 1, 0)
        if _depth == 0:
            _give_signals_back()
            _settle(reach)


def _settle(reach: Reach) -> None:
    """No run is left: raise what ended one of them, and what came too late for the last."""
    late = [each for each in reach.pending if isinstance(each, TerminationSignal | KeyboardInterrupt)]
    due, _owed[:] = [*_owed, *late], []
    for error in due:
        reach.forget(error)
        _pay(error)


def die_of(error: TerminationSignal | KeyboardInterrupt) -> None:
    """Let the process die of the signal that ended a run: now, or when no run is left that hears its signals."""
    if _depth == 0:
        _pay(error)
    else:
        _owed.append(error)


def _pay(error: TerminationSignal | KeyboardInterrupt) -> None:
    global _paid  # noqa: PLW0603 - signals belong to the process
    if error is not _paid:
        _paid = error
        _raise(error)


def _take_signals() -> None:
    global _paid  # noqa: PLW0603 - signals belong to the process
    _paid = None
    # A handler that the application installed is the application's will: leave it alone.
    for number, handler in _HANDLERS.items():
        found = signal.getsignal(number)
        if found in _DEFAULTS[number] or (number == signal.SIGINT and _is_of_asyncio(found)):
            _before[number] = found
            signal.signal(number, handler)


def _is_of_asyncio(handler: object) -> bool:
    """`asyncio.run` hears Ctrl-C as a mere cancellation; ours says what it was."""
    return getattr(getattr(handler, "func", None), "__qualname__", "") == "Runner._on_sigint"


def _give_signals_back() -> None:
    for number, found in _before.items():
        if signal.getsignal(number) is _HANDLERS[number]:
            signal.signal(number, found or signal.SIG_DFL)  # type: ignore[arg-type]
    _before.clear()


def _on_signal(signum: int, frame: object) -> None:
    reach = here()
    error = KeyboardInterrupt() if signum == signal.SIGINT else TerminationSignal(signum)
    before = _before.get(signum)
    if isinstance(error, KeyboardInterrupt) and _is_of_asyncio(before) and _stop_on_loops(error, raised=True):
        _cancel_main(error, cast("Callable[[int, object], None]", before), frame)
    elif reach.inside or any(type(each) is type(error) for each in reach.pending):
        # Asked twice, it is not put off any longer.
        raise error
    else:
        _tell(error)


def _cancel_main(error: KeyboardInterrupt, handler: Callable[[int, object], None], frame: object) -> None:
    """Let the program end as `asyncio.run` ends one: its main coroutine is cancelled, and our runs know what for.

    Asked twice, asyncio raises `KeyboardInterrupt` at once.
    """
    global _paid  # noqa: PLW0603 - signals belong to the process
    _paid = error
    handler(signal.SIGINT, frame)
    if here().inside:
        raise error


def _stop_on_loops(error: BaseException, *, raised: bool = False) -> bool:
    """Stop every run on a loop whose body has not ended; says whether there was one."""
    stopped = [stop(error, raised=raised) for stop in _on_loops]
    return any(stopped)


def _tell(error: BaseException) -> None:
    """Stop every run on a loop; where none is to be stopped, wait for user code, or for the end of the last run."""
    if not _stop_on_loops(error):
        reach = here()
        reach.pending.append(error)
        reach.late = True


def is_heard(error: BaseException) -> bool:
    """Say whether the program's main coroutine was cancelled for it already."""
    return error is _paid


def again(error: BaseException) -> None:
    """What a signal meant for a run did not reach it any more: it means whatever comes next."""
    if not isinstance(error, TerminationSignal | KeyboardInterrupt) or error is _paid:
        return
    if _depth:
        _tell(error)
    else:
        _raise(error)


def _raise(error: BaseException) -> None:
    signal.raise_signal(error.signal if isinstance(error, TerminationSignal) else signal.SIGINT)


_HANDLERS: dict[int, Callable[[int, object], object]] = {signal.SIGTERM: _on_signal, signal.SIGINT: _on_signal}
_DEFAULTS: dict[int, tuple[object, ...]] = {
    signal.SIGTERM: (signal.SIG_DFL, None),
    signal.SIGINT: (signal.default_int_handler,),
}
if _HAS_ALARM:
    _HANDLERS[signal.SIGALRM] = on_alarm
    _DEFAULTS[signal.SIGALRM] = (signal.SIG_DFL, signal.SIG_IGN, None)


def _forked() -> None:
    """A child process is no run: whoever signals it (a pool that ends its workers) means what signals mean."""
    global _depth  # noqa: PLW0603 - signal handlers belong to the process
    _depth = 0
    _on_loops.clear()
    _owed.clear()
    _give_signals_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
