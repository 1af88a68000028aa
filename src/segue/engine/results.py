"""Ports: what the engine asks of result storage and of transactions; the sdk's modules stand behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from segue.model.states import ResultRef

if TYPE_CHECKING:
    from segue.engine.asks import Script
    from segue.engine.lives import TaskLife
    from segue.model.runs import CacheFacts


class Results(Protocol):
    """Result storage of one flow or task: a folder, a bucket, with a serializer."""

    def save(self, key: str, value: object) -> ResultRef:
        """Serialize and write a value; it is on stable storage when this returns. Raises what the serializer raises."""
        ...

    def load(self, ref: ResultRef) -> object:
        """Read a value back; raises when it is missing or its bytes do not match the recorded hash."""
        ...


class StepResults(Protocol):
    """The journal of a durable run: what `Results` is, but that a value is on stable storage only once `settle` returned."""

    def save(self, key: str, value: object) -> ResultRef:
        """Serialize and write a value. Raises what the serializer raises, and OSError."""
        ...

    def settle(self) -> None:
        """Return when every value saved so far is on stable storage; raises OSError."""
        ...

    def load(self, ref: ResultRef) -> object:
        """Read a value back; raises when it is missing or its bytes do not match the recorded hash."""
        ...


class Found(Struct, frozen=True, eq=False):
    """A committed result for a key."""

    value: object
    ref: ResultRef | None = None


class Keeper(Protocol):
    """The transaction of one task run: looks for a committed result, keeps the new one, runs commit and rollback hooks."""

    #: How the cache key came about, for the record.
    facts: CacheFacts | None

    def enter(self) -> Found | None:
        """Begin (taking the lock where isolation asks for it); a committed result means the body need not run."""
        ...

    def keep(self, value: object) -> ResultRef | None:
        """Stage the value, with the task's hooks; the pointer when the value is (or will be) persisted."""
        ...

    def writer(self) -> bytes | None:
        """Return what writes the value wherever it is made (pickled); None where it must be written here, at the commit."""
        ...

    def leave(self, error: BaseException | None, *, failed: bool = False) -> None:
        """End the transaction: commit (or hand over to the surrounding one), or roll back."""
        ...

    def entering(self) -> Script[Found | None]:
        """`enter` as a script, so that waiting for a lock never blocks an event loop."""
        ...

    def leaving(self, error: BaseException | None, *, failed: bool) -> Script[None]:
        """`leave` as a script, so that async hooks run on the run's own loop."""
        ...


class TaskFace(Protocol):
    """What the engine asks of the user-facing task object."""

    def keeper(self, life: TaskLife) -> Keeper | None:
        """Open the transaction of a task run; None when nothing is persisted and nothing surrounds it."""
        ...
