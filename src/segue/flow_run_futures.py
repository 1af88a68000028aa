"""Futures of flow runs, wherever they run: known by id, watched in the record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from uuid import UUID

from segue.client.lookout import looked_after
from segue.engine.asks import Do, Script, Sleep
from segue.engine.ended import Ended
from segue.engine.promise import Promise
from segue.engine.session import backend
from segue.exceptions import ObjectNotFound
from segue.futures import SegueFuture
from segue.host import clock
from segue.model.errors import NotFound
from segue.model.states import State as ModelState
from segue.pairs import aplay
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.engine.lives import TaskLife
    from segue.model.runs import FlowRun

R = TypeVar("R")
#: Seconds between two looks at a run that somebody waits for.
LOOK_SECONDS = 0.2


def _read(id: str) -> FlowRun:
    try:
        return looked_after(backend()).call(FLOW_RUN_READ, ById(id))
    except NotFound as error:
        raise ObjectNotFound(error) from error


class FlowRunElsewhere:
    """A flow run as far as this process knows it."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id

    @property
    def name(self) -> str:
        """The run's name."""
        return _read(self.id).name

    @property
    def state(self) -> ModelState:
        """The state now."""
        return _read(self.id).state


class FlowRunPromise(Promise):
    """The end of a flow run that any process may run."""

    __slots__ = ("_id", "_watching")

    def __init__(self, id: str) -> None:
        super().__init__()
        self._id = id
        self._watching = False

    def look(self) -> bool:
        """Say whether the run has ended by now; raises ObjectNotFound."""
        if self.ended is None and (state := _read(self._id).state).final:
            self.settle(Ended(state))
        return self.ended is not None

    def wait(self, timeout: float | None = None) -> bool:
        """Return True once the run has ended, False when `timeout` seconds passed first; raises ObjectNotFound."""
        pause, deadline = threading.Event(), None if timeout is None else clock.monotonic() + timeout
        while not self.look():
            left = LOOK_SECONDS if deadline is None else min(LOOK_SECONDS, deadline - clock.monotonic())
            if left <= 0:
                return False
            pause.wait(left)
        return True

    def when_done(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the run has ended; at once when it has."""
        if self.ended is None and not self._watching:
            self._watching = True
            threading.Thread(target=self.wait, name="segue-flow-run-future", daemon=True).start()
        super().when_done(callback)


class SegueFlowRunFuture(SegueFuture[R]):
    """A flow run, wherever it runs; made from its id, and can be pickled."""

    of_task_run = False

    def __init__(self, flow_run_id: UUID | str) -> None:
        self._id = UUID(str(flow_run_id))
        elsewhere: TaskLife = FlowRunElsewhere(str(self._id))  # type: ignore[assignment]  # id, name and state are what a future asks of a life
        self._end = FlowRunPromise(str(self._id))
        super().__init__(elsewhere, self._end)

    @property
    def flow_run_id(self) -> UUID:
        """The UUID of the flow run."""
        return self._id

    @property
    def task_run_id(self) -> NoReturn:
        """There is none: raises AttributeError."""
        raise AttributeError("the future of a flow run has a `flow_run_id`, and no `task_run_id`")

    def wait(self, timeout: float | None = None) -> None:
        """Return when the run has ended, or when `timeout` seconds have passed; raises ObjectNotFound."""
        self._end.wait(timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:  # noqa: FBT001, FBT002 - users' word
        """Wait for the value and load it; raises what the flow raised, or TimeoutError after `timeout` seconds.

        Raises MissingResult where the value was not kept, ObjectNotFound where there is no such run.
        """
        if not self._end.wait(timeout):
            raise self._late(timeout)
        return super().result(0, raise_on_failure)

    async def wait_async(self, timeout: float | None = None) -> None:
        """Return when the run has ended, or when `timeout` seconds have passed."""
        await aplay(self._awaiting(timeout))

    async def aresult(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:  # noqa: FBT001, FBT002 - users' word
        """Wait for the value and load it; the async form of `result`."""
        if not await aplay(self._awaiting(timeout)):
            raise self._late(timeout)
        self.observed = True
        value: Any = await self.state.aresult(raise_on_failure)
        found: R = value
        return found

    def _awaiting(self, timeout: float | None) -> Script[bool]:
        deadline = None if timeout is None else clock.monotonic() + timeout
        while not (yield Do(self._end.look)):
            left = LOOK_SECONDS if deadline is None else min(LOOK_SECONDS, deadline - clock.monotonic())
            if left <= 0:
                return False
            yield Sleep(left)
        return True

    def _late(self, timeout: float | None) -> TimeoutError:
        return TimeoutError(f"Flow run {self._id} did not complete within {timeout} seconds")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self._id),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._id)!r})"
