"""Runs tasks in parallel in processes of this machine: for work that Python's threads cannot do side by side."""

from __future__ import annotations

import os
import queue
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace

from segue.engine.asks import CallUser, Outcome, Raised, Returned
from segue.engine.isolation import Common, Worker, pack_common
from segue.engine.lives import TaskLife, current_tags, current_task
from segue.engine.masking import known
from segue.engine.pool import ThreadPool
from segue.futures import SegueFuture
from segue.host import config
from segue.host.ids import new_id
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
        #: What the calls of a task have in common, and what was around it when that was serialized.
        self._commons: weakref.WeakKeyDictionary[Any, tuple[object, Common]] = weakref.WeakKeyDictionary()
        self._guard = threading.Lock()

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
        ask, life = replace(ask, isolated=False), current_task.get()
        try:
            common = self._common(life) if life is not None and ask.function is life.spec.function else None
        except Exception as error:  # noqa: BLE001 - the function cannot be sent: the caller's error
            self._idle.put(worker)
            return Raised(error)
        outcome = worker.call(ask) if life is None or common is None else worker.call_of_task(ask, life, common)
        if worker.alive:
            self._idle.put(worker)
        else:
            worker.stop()
        return outcome

    def _common(self, life: TaskLife) -> Common:
        """The common part of this task's calls: serialized at the first, or when something else surrounds them."""
        around = current_tags.get(), known(), config.overrides(), tuple(sys.path), Path.cwd()
        face = life.spec.face
        with self._guard:
            found = self._commons.get(face)
            if found is None or found[0] != around:
                found = self._commons[face] = (around, Common(new_id(), pack_common(life)))
            return found[1]

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
