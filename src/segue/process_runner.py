"""Runs tasks in parallel in processes of this machine: for work that Python's threads cannot do side by side."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace

from segue.engine.asks import CallUser, Outcome, Returned
from segue.engine.isolation import Worker
from segue.engine.pool import ThreadPool
from segue.futures import SegueFuture
from segue.host import config
from segue.runner_contract import TaskRunner
from segue.submission import execute, start_run

if TYPE_CHECKING:
    from segue.tasks import Task


class ProcessPoolTaskRunner(TaskRunner[SegueFuture[Any]]):
    """Runs tasks in `max_workers` processes (one per core); `initializer(*initargs)` runs first in each."""

    def __init__(
        self,
        max_workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[object, ...] = (),
    ) -> None:
        super().__init__()
        if max_workers is not None and max_workers < 1:
            raise ValueError(f"max_workers must be at least 1, got {max_workers}")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be callable")
        self._max_workers = max_workers
        self._initializer = initializer
        self._initargs = initargs
        self._pool: ThreadPool | None = None
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    def duplicate(self) -> Self:
        """Return a fresh runner with the same configuration."""
        return type(self)(self._max_workers, self._initializer, self._initargs)

    def __reduce__(self) -> tuple[Any, ...]:
        # A flow travels with its runner's configuration, not with its processes.
        return type(self), (self._max_workers, self._initializer, self._initargs)

    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,  # noqa: ARG002 - part of the contract; found in the arguments here
    ) -> SegueFuture[Any]:
        """Start a run of `task` and return its future at once."""
        if not self._started:
            raise RuntimeError("Task runner is not started")
        if self._pool is None:
            settings = config.current().tasks.runner
            self._pool = ThreadPool(self._max_workers or settings.process_pool_max_workers or os.cpu_count() or 1)
        run = start_run(task, parameters, wait_for, direct=False)
        self._pool.submit(copy_context().run, execute, run, self._call, cancel=run.cancel)
        return run.future

    def _call(self, ask: CallUser) -> Outcome:
        """Run user code in an idle process, or in a new one: threads bound how many there are."""
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = Worker()
            if self._initializer is not None:
                begun = worker.call(CallUser(self._initializer, self._initargs, {}))
                if not isinstance(begun, Returned):
                    worker.stop()
                    return begun
        outcome = worker.call(replace(ask, isolated=False))
        if worker.alive:
            self._idle.put(worker)
        else:
            worker.stop()
        return outcome

    def cancel_all(self) -> None:
        """Start nothing that has not begun."""
        if self._pool is not None:
            self._pool.cancel()

    def __exit__(self, *exc: object) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        while not self._idle.empty():
            self._idle.get_nowait().stop()
        super().__exit__(*exc)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProcessPoolTaskRunner) and self._max_workers == other._max_workers

    __hash__ = None  # type: ignore[assignment]
