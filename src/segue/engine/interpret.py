"""What the outcome of user code means: the one table from outcomes to final states, for flows and tasks alike."""

from __future__ import annotations

from segue.engine import stamp
from segue.engine.asks import (
    CancelRequested,
    FlowRunTimeoutError,
    ProcessLost,
    SuspendRequested,
    TaskRunTimeoutError,
    TimedOut,
)
from segue.engine.ended import Ended
from segue.engine.failure import crash_message, describe
from segue.model.states import Cancelling, ErrorInfo, Paused


def from_error(
    kind: str, error: BaseException, *, seconds: float | None, own_timeout: bool, told: ErrorInfo | None = None
) -> Ended:
    """Return how a run of `kind` (`Flow run`, `Task run`) ended when its body raised.

    An Exception is the user's failure, a timeout is one named `TimedOut`; a cancellation is Cancelled; anything else ended the
    run from outside and is a crash. `told` is what another process, in which it was raised, saw of it.
    """
    if isinstance(error, TimedOut) and own_timeout:
        message = f"{kind} exceeded timeout of {float(seconds or 0)} second(s)"
        cls = FlowRunTimeoutError if kind == "Flow run" else TaskRunTimeoutError
        named = cls(f"Scope timed out after {float(seconds or 0)} second(s).").with_traceback(error.__traceback__)
        return Ended(stamp.failed(message, describe(named), name="TimedOut"), value=named, error=named)
    if isinstance(error, TimeoutError):
        # Somebody else's time limit (a task's, a client library's): called TimedOut as well, and the message says whose.
        message = f"{kind} failed due to timeout: {error!r}"
        return Ended(stamp.failed(message, told or describe(error), name="TimedOut"), value=error, error=error)
    if isinstance(error, CancelRequested):
        asked = error.state if isinstance(error.state, Cancelling) else None
        message = (asked.message if asked else None) or f"{kind} was cancelled."
        return Ended(stamp.cancelled(message, asked.actor if asked else None), value=error, error=error)
    if isinstance(error, SuspendRequested):
        # What is begun again when the run goes on is of no further interest as it is now.
        state = error.state if isinstance(error.state, Paused) else None
        message = "The flow run was suspended; this begins again when it goes on."
        return Ended(stamp.cancelled(message, state.actor if state else None), value=error, error=error)
    if isinstance(error, ProcessLost):
        return Ended(stamp.crashed(f"{kind}: {error}", told or describe(error)), value=error, error=error)
    if isinstance(error, Exception):
        # The colon differs between flows and tasks in what users' alert rules match; both are kept as they know them.
        colon = ":" if kind == "Flow run" else ""
        message = f"{kind} encountered an exception{colon} {type(error).__name__}: {error}"
        return Ended(stamp.failed(message, told or describe(error)), value=error, error=error)
    return Ended(stamp.crashed(crash_message(error), told or describe(error)), value=error, error=error)
