"""Stopping user code that does not stop by itself, within what CPython allows.

In the main thread a signal interrupts even a blocking system call such as `time.sleep`; in another thread an exception can only be
planted between two byte codes, so a blocking call there ends when it ends. Work that must end regardless runs in a process of its
own (`isolation="process"`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from segue.engine.asks import CancelRequested, TerminationSignal, TimedOut
from segue.host import clock

_HAS_ALARM = hasattr(signal, "setitimer")


class Deadline:
    """One bounded call; the outermost overdue one wins."""

    __slots__ = ("at", "fired", "message")

    def __init__(self, seconds: float, message: str) -> None:
        self.at = clock.monotonic() + seconds
        self.message = message
        self.fired = False


_deadlines: list[Deadline] = []
#: What to raise in the main thread at its next byte code: set by `interrupt_main`.
_pending: list[BaseException] = []


def _on_alarm(_signum: int, _frame: object) -> None:
    """Raise what is due: a requested stop first, then the first overdue deadline."""
    if _pending:
        raise _pending.pop(0)
    now = clock.monotonic()
    for deadline in _deadlines:
        if not deadline.fired and deadline.at <= now:
            deadline.fired = True
            _arm()
            raise TimedOut(deadline.message)
    _arm()


def _arm() -> None:
    waiting = [deadline.at for deadline in _deadlines if not deadline.fired]
    signal.setitimer(signal.ITIMER_REAL, max(min(waiting) - clock.monotonic(), 0.0001) if waiting else 0)


@contextmanager
def bounded(seconds: float, message: str) -> Iterator[Deadline]:
    """Raise `TimedOut(message)` inside the block when it takes longer than `seconds`."""
    deadline = Deadline(seconds, message)
    if _HAS_ALARM and threading.current_thread() is threading.main_thread():
        previous = signal.getsignal(signal.SIGALRM)
        signal.signal(signal.SIGALRM, _on_alarm)
        _deadlines.append(deadline)
        try:
            _arm()
            yield deadline
        finally:
            _deadlines.remove(deadline)
            _arm()
            if not _deadlines and previous is not _on_alarm:
                signal.signal(signal.SIGALRM, previous)
        return
    with _bounded_thread(deadline, seconds):
        yield deadline


@contextmanager
def _bounded_thread(deadline: Deadline, seconds: float) -> Iterator[None]:
    """Plant the exception from a watching thread; taken back when the block ends first."""
    guard = threading.Lock()
    over = False
    thread = threading.get_ident()

    def fire() -> None:
        with guard:
            if not over:
                deadline.fired = True
                plant(thread, TimedOut)

    timer = threading.Timer(seconds, fire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with guard:
            over = True
        timer.cancel()


def plant(thread_id: int, error: type[BaseException] | None) -> None:
    """Raise `error` in another thread at its next byte code; None takes an unraised one back."""
    import ctypes  # noqa: PLC0415 - a door: needed only when something must be interrupted

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread_id), ctypes.py_object(error) if error is not None else None
    )


def interrupt_main(error: BaseException) -> bool:
    """Raise `error` in the main thread, interrupting a blocking system call; False where the platform cannot."""
    if not _HAS_ALARM or signal.getsignal(signal.SIGALRM) is not _on_alarm:
        return False
    _pending.append(error)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
    return True


@contextmanager
def interruptible() -> Iterator[None]:
    """While a run lasts in the main thread: `SIGTERM` ends it as a `TerminationSignal`, and `interrupt_main` works."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before_term = signal.getsignal(signal.SIGTERM)
    before_alarm = signal.getsignal(signal.SIGALRM) if _HAS_ALARM else None
    # A handler that the application installed is the application's will: leave it alone.
    own_term = before_term in {signal.SIG_DFL, None}
    if own_term:
        signal.signal(signal.SIGTERM, _on_terminate)
    own_alarm = before_alarm in {signal.SIG_DFL, signal.SIG_IGN, None}
    if _HAS_ALARM and own_alarm:
        signal.signal(signal.SIGALRM, _on_alarm)
    try:
        yield
    finally:
        if own_term and signal.getsignal(signal.SIGTERM) is _on_terminate:
            signal.signal(signal.SIGTERM, before_term or signal.SIG_DFL)
        if _HAS_ALARM and own_alarm and signal.getsignal(signal.SIGALRM) is _on_alarm:
            signal.signal(signal.SIGALRM, before_alarm or signal.SIG_DFL)


def _on_terminate(signum: int, _frame: object) -> None:
    raise TerminationSignal(signum)


Interrupt = Callable[[BaseException], object]


def interrupter(*, main: bool, thread_id: int) -> Interrupt:
    """Return what stops code in the given thread: a signal in the main thread, a planted exception elsewhere."""

    def stop(error: BaseException) -> None:
        if not (main and interrupt_main(error)):
            plant(thread_id, type(error) if not isinstance(error, CancelRequested) else CancelRequested)

    return stop
