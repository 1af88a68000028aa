"""Futures: runs that were submitted and may not have ended yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from segue.engine.ended import MISSING
from segue.engine.kept import at_hand
from segue.engine.promise import Promise
from segue.host import clock
from segue.origins import note
from segue.state_results import value_of
from segue.states import State

if TYPE_CHECKING:
    from uuid import UUID

    from segue.engine.lives import TaskLife

R = TypeVar("R")
T = TypeVar("T")


class SegueFuture(Generic[R]):
    """A task run that was submitted; `.result()` waits for its value."""

    #: Whether whoever is given it comes after a task run.
    of_task_run = True

    def __init__(self, life: TaskLife, promise: Promise) -> None:
        self.life = life
        self.promise = promise
        #: Whether anybody looked at how the run ended: a failure that nobody looked at is reported.
        self.observed = False

    @property
    def task_run_id(self) -> UUID:
        """The UUID of the task run."""
        import uuid  # noqa: PLC0415 - a door: most futures' ids are never looked at

        return uuid.UUID(self.life.id)

    @property
    def state(self) -> State[R]:
        """The state now; the final one once the run has ended."""
        ended = self.promise.ended
        if ended is None:
            return State.of(self.life.state)
        self.observed = True
        return State.of_ended(ended, self.life)

    def wait(self, timeout: float | None = None) -> None:
        """Return when the run has ended, or when `timeout` seconds have passed."""
        self.promise.wait(timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:  # noqa: FBT001, FBT002
        """Wait for the value; raises what the task raised, or TimeoutError after `timeout` seconds."""
        if not self.promise.wait(timeout):
            raise TimeoutError(f"Task run {self.life.name} did not complete within {timeout} seconds")
        self.observed = True
        ended = self.promise.ended
        if ended is not None and ended.completed and ended.face is None and ended.value is not MISSING:
            value: R = at_hand(ended.value)  # type: ignore[assignment]  # what the task returned
            note(self.life.flow, value, self.life.id, late=True)
            return value
        found: R = value_of(self.state, raise_on_failure=raise_on_failure)
        return found

    def add_done_callback(self, fn: Callable[[SegueFuture[R]], None]) -> None:
        """Call `fn` with this future once it is done; at once when it is."""
        self.promise.when_done(lambda: fn(self))

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            f"the future of task run {self.life.name!r} cannot be sent to another process or written down: give it to a "
            "task as an argument, or take its `.result()` first. A flow or task that is defined in `__main__` or within "
            "a function takes along whatever it refers to there: keep its futures in variables of its own body"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SegueFuture) and other.life.id == self.life.id

    def __hash__(self) -> int:
        return hash(self.life.id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.life.name!r}, {self.life.state.name})"


class SegueTaskRunFuture(SegueFuture[R]):
    """The future of a task run, wherever it runs."""


class SegueWrappedFuture(SegueTaskRunFuture[R]):
    """The future of a task run that this process, or a child of it, runs."""


class SegueConcurrentFuture(SegueWrappedFuture[R]):
    """The future of a submitted task run."""


class SegueFutureList(list[SegueFuture[R]]):
    """Futures of one map."""

    def wait(self, timeout: float | None = None) -> None:
        """Return when all have ended, or when `timeout` seconds have passed."""
        wait(self, timeout=timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> list[R]:  # noqa: FBT001, FBT002
        """Wait for all values, in order; raises the first failure, or TimeoutError after `timeout` seconds in all."""
        deadline = None if timeout is None else clock.monotonic() + timeout
        values: list[R] = []
        for future in self:
            # The first failure is raised for all: the others have been asked for as well.
            future.observed = True
        for future in self:
            left = None if deadline is None else max(deadline - clock.monotonic(), 0.0)
            try:
                values.append(future.result(timeout=left, raise_on_failure=raise_on_failure))
            except TimeoutError as error:
                if future.promise.ended is None:
                    raise TimeoutError(
                        f"Timed out waiting for all futures to complete within {timeout} seconds"
                    ) from error
                raise
        return values


class DoneAndNotDoneFutures(NamedTuple, Generic[R]):
    """What `wait` returns."""

    done: set[SegueFuture[R]]
    not_done: set[SegueFuture[R]]


def wait(futures: Iterable[SegueFuture[R]], timeout: float | None = None) -> DoneAndNotDoneFutures[R]:
    """Wait for all, or for `timeout` seconds; returns which are done and which are not."""
    waiting = set(futures)
    deadline = None if timeout is None else clock.monotonic() + timeout
    for future in waiting:
        left = None if deadline is None else max(deadline - clock.monotonic(), 0.0)
        future.wait(left)
    done = {future for future in waiting if future.promise.ended is not None}
    return DoneAndNotDoneFutures(done, waiting - done)


def as_completed(futures: Iterable[SegueFuture[R]], timeout: float | None = None) -> Iterator[SegueFuture[R]]:
    """Yield futures in the order in which they end; raises TimeoutError when `timeout` seconds pass first."""
    import queue  # noqa: PLC0415 - a door: used only here

    # Those that have ended already come in the order given.
    waiting = dict.fromkeys(futures)
    total = len(waiting)
    ended: queue.SimpleQueue[SegueFuture[R]] = queue.SimpleQueue()
    for future in waiting:
        future.add_done_callback(ended.put)
    deadline = None if timeout is None else clock.monotonic() + timeout
    for left in range(total, 0, -1):
        try:
            yield ended.get(timeout=None if deadline is None else max(deadline - clock.monotonic(), 0.0))
        except queue.Empty:
            raise TimeoutError(f"{left} (of {total}) futures unfinished") from None


def resolve_futures_to_states(expr: Any) -> Any:
    """Return `expr` with every future in it, also in containers, replaced by its final state."""
    return _replace(expr, _final_state)


def resolve_futures_to_results(expr: Any) -> Any:
    """Return `expr` with every future in it, also in containers, replaced by its value; raises what a task raised."""
    return _replace(expr, lambda future: future.result())


def _final_state(future: SegueFuture[Any]) -> State:
    future.wait()
    return future.state


def _replace(thing: Any, replace: Callable[[SegueFuture[Any]], Any]) -> Any:
    if isinstance(thing, SegueFuture):
        return replace(thing)
    if isinstance(thing, dict):
        return {key: _replace(value, replace) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set) and not hasattr(thing, "_fields"):
        kind = list if isinstance(thing, SegueFutureList) else type(thing)
        return kind(_replace(item, replace) for item in thing)
    return thing


def __getattr__(name: str) -> Any:
    # A door: futures of other processes stand on these, and most scripts have none.
    where = {"SegueDistributedFuture": "segue.distributed", "SegueFlowRunFuture": "segue.flow_run_futures"}.get(name)
    if where is not None:
        return getattr(__import__(where, fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
