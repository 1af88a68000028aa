"""Task runners: where submitted tasks run. One argument of a flow chooses."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from segue.engine.pool import ThreadPool
from segue.futures import SegueFuture, SegueFutureList
from segue.mapping import elements
from segue.submission import execute, start_run

if TYPE_CHECKING:
    from segue.tasks import Task

F = TypeVar("F")


class TaskRunner(Generic[F]):
    """The contract of a task runner; write your own by giving `submit` and `duplicate`."""

    def __init__(self) -> None:
        self._started = False

    @property
    def name(self) -> str:
        """The runner's name, for logs."""
        return type(self).__name__.lower().removesuffix("taskrunner")

    def duplicate(self) -> Self:
        """Return a fresh runner with the same configuration."""
        return type(self)()

    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,
    ) -> F:
        """Start a run of `task` and return its future at once."""
        raise NotImplementedError

    def map(
        self, task: Task[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None = None
    ) -> SegueFutureList[Any]:
        """Start one run per element; raises MappingLengthMismatch or MappingMissingIterable."""
        futures: Any = [self.submit(task, each, wait_for) for each in elements(task, parameters)]
        return SegueFutureList(futures)

    def cancel_all(self) -> None:
        """Start nothing that has not begun."""

    def __enter__(self) -> Self:
        if self._started:
            raise RuntimeError("This task runner is already started")
        self._started = True
        return self

    def __exit__(self, *exc: object) -> None:
        self._started = False


class ThreadPoolTaskRunner(TaskRunner[SegueFuture[Any]]):
    """Runs tasks concurrently in threads of this process; as many as are needed, or at most `max_workers`."""

    def __init__(self, max_workers: int | None = None) -> None:
        super().__init__()
        if max_workers is not None and max_workers < 1:
            raise ValueError(f"max_workers must be at least 1, got {max_workers}")
        self._max_workers = max_workers
        self._pool: ThreadPool | None = None

    def duplicate(self) -> Self:
        return type(self)(max_workers=self._max_workers)

    def __reduce__(self) -> tuple[Any, ...]:
        # A flow travels with its runner's configuration, not with its threads.
        return type(self), (self._max_workers,)

    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,
    ) -> SegueFuture[Any]:
        if not self._started:
            raise RuntimeError("Task runner is not started")
        if self._pool is None:
            self._pool = ThreadPool(self._max_workers)
        run = start_run(task, parameters, wait_for, direct=False)
        self._pool.submit(copy_context().run, execute, run, cancel=run.cancel)
        return run.future

    def cancel_all(self) -> None:
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
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
