"""Makes states: the one place in the engine where a state gets its id and its instant."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from segue.engine.masking import masked
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.states import (
    Actor,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    ErrorInfo,
    Failed,
    Pending,
    ResultRef,
    Running,
    Scheduled,
    StateFields,
)

S = TypeVar("S", bound=StateFields)


def _told(message: str | None) -> str | None:
    """A message as it is recorded: what user code says may hold a secret that it loaded."""
    return None if message is None else masked(message)


def pending(name: str = "Pending", message: str | None = None) -> Pending:
    """Pending from now on."""
    return Pending(id=new_id(), name=name, timestamp=now(), message=_told(message))


def running(attempt: int = 1, name: str | None = None) -> Running:
    """Running from now on; called Retrying from the second attempt unless a name is given."""
    chosen = name or ("Running" if attempt == 1 else "Retrying")
    return Running(id=new_id(), name=chosen, timestamp=now(), attempt=attempt)


def awaiting_retry(seconds: float, message: str | None = None) -> Scheduled:
    """Waiting `seconds` before the next attempt."""
    instant = now()
    return Scheduled(
        id=new_id(),
        name="AwaitingRetry",
        timestamp=instant,
        at=instant + timedelta(seconds=seconds),
        message=_told(message),
    )


def awaiting_slot(message: str) -> Scheduled:
    """Waiting for a slot of a concurrency limit."""
    instant = now()
    return Scheduled(id=new_id(), name="AwaitingConcurrencySlot", timestamp=instant, at=instant, message=_told(message))


def completed(result: ResultRef | None = None, name: str = "Completed", message: str | None = None) -> Completed:
    """Completed now."""
    return Completed(id=new_id(), name=name, timestamp=now(), message=_told(message), result=result)


def failed(message: str | None, error: ErrorInfo | None = None, name: str = "Failed") -> Failed:
    """Failed now."""
    return Failed(id=new_id(), name=name, timestamp=now(), message=_told(message), error=error)


def crashed(message: str | None, error: ErrorInfo | None = None) -> Crashed:
    """Crashed now."""
    return Crashed(id=new_id(), name="Crashed", timestamp=now(), message=_told(message), error=error)


def cancelled(message: str | None, actor: Actor | None = None) -> Cancelled:
    """Cancelled now, by `actor`."""
    return Cancelled(id=new_id(), name="Cancelled", timestamp=now(), message=_told(message), actor=actor)


def cancelling(message: str | None, actor: Actor | None = None) -> Cancelling:
    """Asked to stop now, by `actor`."""
    return Cancelling(id=new_id(), name="Cancelling", timestamp=now(), message=_told(message), actor=actor)
