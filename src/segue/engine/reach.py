"""Where an interruption may reach a thread: in user code and while it waits, never in the midst of the engine's own work.

An exception raised between any two byte codes could leave a run without its last state, or a lock without its owner. So each thread
says when it enters user code and when it leaves it, and what is to be raised meanwhile is raised as soon as it is there again.

In the main thread a signal interrupts even a blocking system call such as `time.sleep`; in another thread an exception can only be
planted between two byte codes, so a blocking call there ends when it ends. Work that must end regardless runs in a process of its
own (`isolation="process"`).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from segue.engine.asks import Outcome, Overdue, Raised, Returned
from segue.engine.lives import FlowLife, current_flow
from segue.host import clock

_HAS_ALARM = hasattr(signal, "setitimer")


class Deadline:
    """The end of the time that one call has."""

    __slots__ = ("at", "fired")

    def __init__(self, seconds: float) -> None:
        self.at = clock.monotonic() + seconds
        #: Whether it has been raised.
        self.fired = False


class Reach:
    """One thread: whether it is in user code, and what is to be raised there."""

    __slots__ = (
        "deadlines", "flow", "guard", "inside", "late", "loops", "main", "owner", "pending", "planted", "thread", "wake",
    )  # fmt: skip

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.main = threading.current_thread() is threading.main_thread()
        self.guard = threading.Lock()
        self.inside = False
        #: Something came while the thread was not to be reached.
        self.late = False
        self.pending: list[BaseException] = []
        #: Raised in this thread at its next byte code, unless taken back.
        self.planted: BaseException | None = None
        #: Bounded calls of the main thread, the outermost first.
        self.deadlines: list[Deadline] = []
        #: The flow run that a thread of a pool works for.
        self.flow: FlowLife | None = None
        #: Runs that live on an event loop of this thread, and whose sync code is running there.
        self.loops = 0
        self.owner: FlowLife | None = None
        #: Interrupts the event loop that the thread of a pool runs for one task.
        self.wake: Callable[[BaseException], object] | None = None

    def enter(self) -> None:
        """User code (or a wait) begins; raises what came too late for the last."""
        with self.guard:
            self.inside = True
        if self.late:
            self.deliver()

    def leave(self, error: BaseException | None = None) -> BaseException | None:
        """User code has ended; returns the exception it ended with, with all that was to be said by it."""
        with self.guard:
            self.inside = False
            planted, self.planted = self.planted, None
            if planted is None:
                return error
            if type(error) is type(planted):
                # Only a class can be planted.
                return planted.with_traceback(error.__traceback__)
            _take_back(self.thread)
            _quieten()
            self.pending.append(planted)
            self.late = True
        return error

    def deliver(self) -> None:
        """Raise what is due: a requested stop first, then the outermost overdue deadline."""
        self.late = False
        if self.pending:
            error = self.pending.pop(0)
            self.late = True
            raise error
        now = clock.monotonic()
        for deadline in self.deadlines:
            if not deadline.fired and deadline.at <= now:
                deadline.fired = True
                raise Overdue(deadline)

    def strike(self, error: BaseException) -> None:
        """Raise an exception in this thread, from any thread, as soon as it may be reached."""
        if self.wake is not None:
            self.wake(error)
            return
        if self.main and _HAS_ALARM and signal.getsignal(signal.SIGALRM) is on_alarm:
            self.pending.append(error)
            signal.pthread_kill(self.thread, signal.SIGALRM)
            return
        with self.guard:
            if self.inside and self.planted is None:
                self.planted = error
                plant(self.thread, type(error))
            else:
                self.pending.append(error)
                self.late = True

    def forget(self, error: BaseException) -> None:
        """What was to be raised is of no interest any more."""
        with self.guard:
            planted = self.planted is error
            if planted:
                self.planted = None
                _take_back(self.thread)
            self.pending = [each for each in self.pending if each is not error]
        if planted:
            here().quieten()

    def quieten(self) -> None:
        """Let the interpreter look for what was taken back no more; called in this thread."""
        with self.guard:
            # Otherwise what is planted here does so, raised or taken back.
            if self.planted is None:
                _quieten()

    def awaits(self, error: BaseException) -> bool:
        """Say whether an exception is still to be raised."""
        return self.planted is error or any(each is error for each in self.pending)


_local = threading.local()
#: Threads of pools that work for a flow run.
_busy: set[Reach] = set()


def here() -> Reach:
    """Return the reach of the thread that asks."""
    try:
        found: Reach = _local.reach
    except AttributeError:
        found = _local.reach = Reach()
    return found


def begin_work(flow: FlowLife | None) -> Reach:
    """A thread of a pool works for this flow run from now on."""
    reach = here()
    reach.pending.clear()
    reach.late = False
    reach.flow = flow
    _busy.add(reach)
    return reach


def end_work(reach: Reach) -> None:
    """It does no more."""
    _busy.discard(reach)
    reach.flow = None


def listen(flow: FlowLife | None, wake: Callable[[BaseException], object]) -> Reach:
    """Have `wake` told when this flow run is being stopped: its work is done elsewhere."""
    reach = Reach()
    reach.wake = wake
    reach.flow = flow
    _busy.add(reach)
    return reach


def unlisten(reach: Reach) -> None:
    """It is done."""
    _busy.discard(reach)


def strike_workers(life: FlowLife, error: BaseException) -> None:
    """Raise an exception in the threads that work for this flow run, or for one below it."""
    for reach in list(_busy):
        if is_below(reach.flow, life):
            reach.strike(error)


def is_below(flow: FlowLife | None, life: FlowLife) -> bool:
    """Say whether a flow run is this one, or runs within it."""
    while flow is not None and flow is not life:
        flow = flow.parent
    return flow is life


def on_alarm(_signum: int, _frame: object) -> None:
    """Raise what is due in the main thread, or see to it that it is raised when user code is there again."""
    reach = here()
    if not reach.inside:
        reach.late = True
        return
    try:
        reach.deliver()
    finally:
        arm(reach)


def arm(reach: Reach) -> None:
    """Have the alarm ring for the next deadline of the main thread."""
    now = clock.monotonic()
    waiting = [deadline.at - now for deadline in reach.deadlines if not deadline.fired and deadline.at > now]
    signal.setitimer(signal.ITIMER_REAL, min(waiting) if waiting else 0)


def plant(thread_id: int, error: type[BaseException]) -> None:
    """Raise `error` in another thread at its next byte code."""
    _set(thread_id, error)


def _take_back(thread_id: int) -> None:
    _set(thread_id, None)


def _set(thread_id: int, error: type[BaseException] | None) -> None:
    import ctypes  # noqa: PLC0415 - a door: needed only when something must be interrupted

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread_id), ctypes.py_object(error) if error is not None else None
    )


class _Nothing(BaseException):
    """Raised for its own sake."""


def _quieten() -> None:
    """Let the interpreter look for planted exceptions no more, after one was taken back.

    Before 3.13 it goes on to look, at every call of every thread, until one has been raised. That is slow, and on 3.11 it lets
    a function that is traced (by a debugger, or to measure coverage) never begin.
    """
    if sys.version_info >= (3, 13):
        return
    try:
        plant(threading.get_ident(), _Nothing)
        # At the end of that call, or at the latest when a loop begins anew.
        for _ in range(3):
            pass
    except _Nothing:
        pass


def _after_fork() -> None:
    # What reached for the threads of the parent does not reach this process, and their locks may be held for ever.
    global _local  # noqa: PLW0603 - a fork makes everything new
    _local = threading.local()
    _busy.clear()


if hasattr(signal, "setitimer"):
    # The systems with alarms are those that fork.
    os.register_at_fork(after_in_child=_after_fork)


def call_reached(function: Callable[..., object], args: Any, kwargs: Any) -> Outcome:
    """Call user code, or a wait: what is to be raised in this thread is raised within."""
    reach = here()
    if reach.loops:
        reach.owner = current_flow.get()
    try:
        try:
            reach.enter()
            value = function(*args, **kwargs)
        except BaseException as error:
            return Raised(reach.leave(error) or error)
        reach.leave()
    except BaseException as error:
        # It came at the very end.
        return Raised(reach.leave(error) or error)
    return Returned(value)
