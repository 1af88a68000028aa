"""Futures of task runs that some other process runs: known by id, watched in the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from segue.client.lookout import looked_after
from segue.engine.asks import AwaitAll, Do, Script
from segue.engine.session import backend
from segue.engine.watching import ElsewherePromise
from segue.exceptions import ObjectNotFound
from segue.futures import SegueTaskRunFuture
from segue.model.errors import NotFound
from segue.model.states import State as ModelState
from segue.pairs import aplay
from segue.wire.operations import TASK_RUN_READ
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.engine.lives import TaskLife
    from segue.engine.promise import Promise

R = TypeVar("R")


class ElsewhereRun:
    """A task run as far as this process knows it."""

    __slots__ = ("id",)
    #: Whose it is is not known here.
    flow: None = None

    def __init__(self, id: str) -> None:
        self.id = id

    @property
    def name(self) -> str:
        """The run's name."""
        return looked_after(backend()).call(TASK_RUN_READ, ById(self.id)).name

    @property
    def state(self) -> ModelState:
        """The state now."""
        return looked_after(backend()).call(TASK_RUN_READ, ById(self.id)).state


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise ObjectNotFound(error) from error


def _awaiting(promise: Promise, timeout: float | None) -> Script[None]:
    yield AwaitAll([promise], timeout)
    if promise.ended is None and isinstance(promise, ElsewherePromise):
        # It may have ended long ago, and the time have been too short to hear of it.
        yield Do(promise.look)


class SegueDistributedFuture(SegueTaskRunFuture[R]):
    """A task run in some other process; can be pickled, and made from an id."""

    def __init__(self, task_run_id: UUID | str) -> None:
        run = ElsewhereRun(str(task_run_id))
        elsewhere: TaskLife = run  # type: ignore[assignment]  # id, name and state are what a future asks of a life
        super().__init__(elsewhere, ElsewherePromise(run.id))

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:  # noqa: FBT001, FBT002 - users' word
        """Wait for the value and load it; raises what the task raised, or TimeoutError after `timeout` seconds.

        Raises ObjectNotFound where there is no such run.
        """
        self.wait(timeout)
        if self.promise.ended is None:
            raise self._late(timeout)
        return super().result(0, raise_on_failure)

    def wait(self, timeout: float | None = None) -> None:
        """Return when the run has ended, or when `timeout` seconds have passed; raises ObjectNotFound."""
        with _known():
            self.promise.wait(timeout)

    async def wait_async(self, timeout: float | None = None) -> None:
        """Return when the run has ended, or when `timeout` seconds have passed."""
        await self._watched(timeout)

    async def result_async(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:  # noqa: FBT001, FBT002 - users' word
        """Wait for the value and load it; the async form of `result`."""
        if not await self._watched(timeout):
            raise self._late(timeout)
        self.observed = True
        value: Any = await self.state.aresult(raise_on_failure)
        return cast("R", value)

    async def _watched(self, timeout: float | None) -> bool:
        with _known():
            await aplay(_awaiting(self.promise, timeout))
        return self.promise.ended is not None

    def _late(self, timeout: float | None) -> TimeoutError:
        return TimeoutError(f"Task run {self.task_run_id} did not complete within {timeout} seconds")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.life.id,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.life.id!r})"
