"""Futures of task runs that some other process runs: known by id, watched in the record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from segue.client.lookout import looked_after
from segue.engine.asks import Do, Script, Sleep
from segue.engine.drive_sync import drive
from segue.engine.ended import Ended
from segue.engine.promise import Promise
from segue.engine.session import backend
from segue.futures import SegueTaskRunFuture
from segue.host import clock
from segue.model.states import State as ModelState
from segue.pairs import aplay
from segue.wire.operations import TASK_RUN_READ
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.engine.lives import TaskLife

R = TypeVar("R")

#: Seconds between two looks: short at first, for a person waits; longer for work that takes its time.
FIRST_LOOK, LAST_LOOK = 0.02, 0.5


class ElsewhereRun:
    """A task run as far as this process knows it."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id

    @property
    def name(self) -> str:
        """The run's name."""
        return looked_after(backend()).call(TASK_RUN_READ, ById(self.id)).name

    @property
    def state(self) -> ModelState:
        """The state now."""
        return self.look()

    def look(self) -> ModelState:
        """Read the state."""
        return looked_after(backend()).call(TASK_RUN_READ, ById(self.id)).state


class WatchedPromise(Promise):
    """Settled by whoever looks into the record and finds the run ended."""

    __slots__ = ("_run", "_watching")

    def __init__(self, run: ElsewhereRun) -> None:
        super().__init__()
        self._run = run
        self._watching = False

    def watch(self, timeout: float | None) -> Script[bool]:
        """Look until the run has ended; False when `timeout` seconds passed first."""
        deadline = None if timeout is None else clock.monotonic() + timeout
        pause = FIRST_LOOK
        while self.ended is None:
            state: ModelState = yield Do(self._run.look)
            if state.final:
                self.settle(Ended(state))
                break
            left = pause if deadline is None else deadline - clock.monotonic()
            if left <= 0:
                return False
            yield Sleep(min(pause, left))
            pause = min(pause * 1.5, LAST_LOOK)
        return True

    def wait(self, timeout: float | None = None) -> bool:
        """Return True once settled, False when `timeout` seconds passed first."""
        return self.ended is not None or drive(self.watch(timeout))

    def when_done(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the run has ended, from a thread that watches for it; at once when it has."""
        super().when_done(callback)
        if self.ended is None and not self._watching:
            self._watching = True
            threading.Thread(target=self.wait, name=f"segue-watch-{self._run.id}", daemon=True).start()


class SegueDistributedFuture(SegueTaskRunFuture[R]):
    """A task run in some other process; can be pickled, and made from an id."""

    def __init__(self, task_run_id: UUID | str) -> None:
        run = ElsewhereRun(str(task_run_id))
        elsewhere: TaskLife = run  # type: ignore[assignment]  # id, name and state are what a future asks of a life
        super().__init__(elsewhere, WatchedPromise(run))

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:  # noqa: FBT001, FBT002 - users' word
        """Wait for the value and load it; raises what the task raised, or TimeoutError after `timeout` seconds."""
        if not self.promise.wait(timeout):
            raise self._late(timeout)
        return super().result(0, raise_on_failure)

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
        promise = self.promise
        return isinstance(promise, WatchedPromise) and await aplay(promise.watch(timeout))

    def _late(self, timeout: float | None) -> TimeoutError:
        return TimeoutError(f"Task run {self.task_run_id} did not complete within {timeout} seconds")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.life.id,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.life.id!r})"
