"""What a life asks of its driver.

A life (the script of a flow run or of a task run) is a generator. It yields an ask and is sent the answer; it never calls user
code, sleeps or waits by itself. Two small drivers obey: `drive_sync` in the calling thread, `drive_async` on an event loop. So the
rules stand in one place, and "sync or async" is only about how to wait.

Outcomes of user code come back as values, never as exceptions, because the life must decide what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from segue.model.states import ErrorInfo

if TYPE_CHECKING:
    from segue.engine.promise import Promise

T = TypeVar("T")


class Returned(Struct, frozen=True):
    """User code returned."""

    value: object


class Raised(Struct, frozen=True):
    """User code raised."""

    error: BaseException
    #: What was seen where it was raised, when that was another process: tracebacks do not travel.
    told: ErrorInfo | None = None


Outcome = Returned | Raised


class CallUser(Struct, frozen=True, eq=False):
    """Run the user's function; answered with an `Outcome`.

    `seconds` bounds the call: past it the work is interrupted and the outcome is `Raised(TimedOut)`. With `isolated` the function
    runs in a process of its own, which is killed.
    """

    function: Callable[..., object]
    args: Sequence[object]
    kwargs: Mapping[str, object]
    seconds: float | None = None
    isolated: bool = False
    #: To be told when the call has begun, and where: given where a cluster decides about both.
    begin: Callable[[datetime, str], None] | None = None
    #: What writes a large value to its storage there (pickled): where a cluster runs the call, and results are kept.
    keep: bytes | None = None


class Invoke(Struct, frozen=True, eq=False):
    """Call something that may be sync or async (a hook, a condition) and answer with an `Outcome`."""

    function: Callable[..., object]
    args: Sequence[object] = ()


class Do(Struct, frozen=True, eq=False):
    """Call something of ours that may block (the backend, result storage); answered with its value, or raises."""

    function: Callable[..., object]
    args: Sequence[object] = ()


class Sleep(Struct, frozen=True):
    """Wait; interrupted by a cancellation."""

    seconds: float


class AwaitAll(Struct, frozen=True, eq=False):
    """Wait until every promise is settled, however it ends; no longer than `seconds` where they are given."""

    promises: Sequence[Promise]
    seconds: float | None = None


Ask = CallUser | Invoke | Do | Sleep | AwaitAll
#: A life: yields asks, is sent answers, returns T.
Script = Generator[Ask, Any, T]


class TimedOut(TimeoutError):
    """User code ran longer than its `timeout_seconds`."""


class FlowRunTimeoutError(TimedOut):
    """A flow run ran longer than its `timeout_seconds`."""


class TaskRunTimeoutError(TimedOut):
    """A task run ran longer than its `timeout_seconds`."""


class ExternalSignal(BaseException):
    """Tells user code to end at once; a BaseException so that `except Exception` does not swallow it."""


class TerminationSignal(ExternalSignal):
    """The process was asked to terminate by a signal."""

    def __init__(self, signal: int = 15) -> None:
        super().__init__(signal)
        self.signal = signal


class CancelRequested(ExternalSignal):
    """Somebody cancelled this run; `.state` is the Cancelling state with who and why."""

    def __init__(self, state: object = None) -> None:
        super().__init__("the run was cancelled")
        self.state = state


class SuspendRequested(ExternalSignal):
    """This run was suspended: its code ends here, and begins again, with what is kept of it, once somebody resumes it."""

    def __init__(self, state: object = None) -> None:
        super().__init__(state)
        #: The Suspended state, with who and why.
        self.state = state


class Overdue(ExternalSignal):
    """A deadline has passed; the call that it bounds makes a `TimedOut` of it, whatever is within that call ends."""

    def __init__(self, deadline: object = None) -> None:
        super().__init__("the time is up")
        self.deadline = deadline


class ProcessLost(RuntimeError):
    """The process that ran user code ended without an answer: killed, out of memory, or crashed in C code."""


class WorkerLost(ProcessLost):
    """The worker of a cluster that ran user code is gone; other workers are there to try again, as the task's retries allow."""


class LeaseLost(ExternalSignal):
    """Another process took over this run; this one must stop."""

    def __init__(self, message: str = "another process took over this run") -> None:
        super().__init__(message)
