"""Task runners: where submitted tasks run. One argument of a flow chooses."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Self

from segue.engine.pool import ThreadPool
from segue.futures import SegueFuture
from segue.runner_contract import TaskRunner as TaskRunner
from segue.submission import execute, start_run

if TYPE_CHECKING:
    from segue.background_runner import SegueTaskRunner as SegueTaskRunner
    from segue.process_runner import ProcessPoolTaskRunner as ProcessPoolTaskRunner
    from segue.tasks import Task


class ThreadPoolTaskRunner(TaskRunner[SegueFuture[Any]]):
    """Runs tasks concurrently in threads of this process; as many as are needed, or at most `max_workers`."""

    def __init__(self, max_workers: int | None = None) -> None:
        super().__init__()
        if max_workers is not None and max_workers < 1:
            raise ValueError(f"max_workers must be at least 1, got {max_workers}")
        self._max_workers = max_workers
        self._pool: ThreadPool | None = None

    def duplicate(self) -> Self:
        """Return a fresh runner with the same configuration."""
        return type(self)(max_workers=self._max_workers)

    def __reduce__(self) -> tuple[Any, ...]:
        # A flow travels with its runner's configuration, not with its threads.
        return type(self), (self._max_workers,)

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
            self._pool = ThreadPool(self._max_workers)
        run = start_run(task, parameters, wait_for, direct=False)
        self._pool.submit(copy_context().run, execute, run, cancel=run.cancel)
        return run.future

    def cancel_all(self) -> None:
        """Start nothing that has not begun."""
        if self._pool is not None:
            self._pool.cancel()

    def __exit__(self, *exc: object) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        super().__exit__(*exc)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ThreadPoolTaskRunner) and self._max_workers == other._max_workers

    __hash__ = None  # type: ignore[assignment]


ConcurrentTaskRunner = ThreadPoolTaskRunner


def __getattr__(name: str) -> Any:
    # A door: processes need multiprocessing, which most scripts never do.
    if name == "ProcessPoolTaskRunner":
        from segue.process_runner import ProcessPoolTaskRunner  # noqa: PLC0415

        return ProcessPoolTaskRunner
    # The same: task workers.
    if name == "SegueTaskRunner":
        from segue.background_runner import SegueTaskRunner  # noqa: PLC0415

        return SegueTaskRunner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
