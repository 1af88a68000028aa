"""The states a run can be in: one frozen type a state, told apart by `match`.

A state says what a run is doing (its `type`), refined by a `name` that users know (`Late`, `Retrying`, `TimedOut`, or one
of their own), when it began, who or what brought it about (`actor`) and why (`message`). A run's history is the list of
its states; none is ever changed after it was made.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from segue.model.bounds import Instant


class Actor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who or what made a change: a person, a key, a worker, a schedule, an automation, the reaper, the run itself."""

    kind: str
    name: str
    id: str | None = None
    #: How the actor reached the system: `sdk`, `cli`, `api`, `ui`.
    means: str | None = None
    #: Of an automation: the firing whose action made the change.
    firing: str | None = None


class ResultRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a persisted result lies. The control plane keeps this pointer, never the value."""

    #: Identity of the storage: a `scheme:` prefix the sdk knows how to open, such as `local:/folder`.
    storage: str
    key: str
    serializer: str = "pickle"
    #: Hash of the stored bytes; a reader refuses bytes that do not match it.
    sha256: str | None = None
    size: int | None = None
    expires: datetime | None = None
    #: Byte offset of the record when many results share one append-only file.
    offset: int | None = None


class ErrorInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong in user code, as facts: enough for a terminal, a page or a message, without the exception object."""

    type: str
    message: str
    #: The user's own innermost line.
    file: str | None = None
    line: int | None = None
    function: str | None = None
    source: str | None = None
    #: Local values at that line, as short reprs.
    values: dict[str, str] = {}
    traceback: str | None = None


class StateFields(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every state has."""

    kind: ClassVar[str] = ""
    final: ClassVar[bool] = False

    id: str
    name: str
    timestamp: Instant
    message: str | None = None
    actor: Actor | None = None
    #: Free key-value facts for which no field exists.
    details: dict[str, object] = {}


class Scheduled(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="SCHEDULED"):
    """Will start at an instant; names: Scheduled, Late, AwaitingRetry, AwaitingConcurrencySlot."""

    kind: ClassVar[str] = "SCHEDULED"
    at: Instant


class Pending(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="PENDING"):
    """Accepted and preparing to run; names: Pending, Submitting, InfrastructurePending, NotReady."""

    kind: ClassVar[str] = "PENDING"


class Running(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="RUNNING"):
    """User code is running; names: Running, Retrying."""

    kind: ClassVar[str] = "RUNNING"
    #: Counts from one; counted before the body runs, because a crash must use up an attempt.
    attempt: int = 1


class Paused(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="PAUSED"):
    """Waiting for somebody to resume it; names: Paused, Suspended."""

    kind: ClassVar[str] = "PAUSED"
    #: When the pause ends as a failure.
    until: Instant | None = None
    key: str | None = None
    #: True when the process ended and the run will be started again (Suspended).
    reschedule: bool = False
    #: The key under which the answer's schema and value are stored.
    input_key: str | None = None


class Cancelling(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="CANCELLING"):
    """Asked to stop and not yet known to have stopped."""

    kind: ClassVar[str] = "CANCELLING"


class Completed(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="COMPLETED"):
    """Done; names: Completed, Cached, RolledBack, users' own."""

    kind: ClassVar[str] = "COMPLETED"
    final: ClassVar[bool] = True
    result: ResultRef | None = None


class Failed(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="FAILED"):
    """User code raised or returned a failure; names: Failed, TimedOut, users' own."""

    kind: ClassVar[str] = "FAILED"
    final: ClassVar[bool] = True
    error: ErrorInfo | None = None
    result: ResultRef | None = None


class Crashed(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="CRASHED"):
    """Ended by something other than user code: a signal, a lost process, an interrupted interpreter."""

    kind: ClassVar[str] = "CRASHED"
    final: ClassVar[bool] = True
    error: ErrorInfo | None = None


class Cancelled(StateFields, frozen=True, kw_only=True, omit_defaults=True, tag="CANCELLED"):
    """Stopped on request, and known to have stopped."""

    kind: ClassVar[str] = "CANCELLED"
    final: ClassVar[bool] = True
    error: ErrorInfo | None = None


State = Scheduled | Pending | Running | Paused | Cancelling | Completed | Failed | Crashed | Cancelled

#: Every state type by its tag.
STATE_TYPES: dict[str, type[StateFields]] = {
    cls.kind: cls for cls in (Scheduled, Pending, Running, Paused, Cancelling, Completed, Failed, Crashed, Cancelled)
}
FINAL_KINDS = frozenset(kind for kind, cls in STATE_TYPES.items() if cls.final)
