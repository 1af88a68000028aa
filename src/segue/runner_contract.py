"""The contract of a task runner; `segue.task_runners` has those that come with the package."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from segue.futures import SegueFutureList
from segue.mapping import elements

if TYPE_CHECKING:
    from segue.tasks import Task

F = TypeVar("F")


class TaskRunner(ABC, Generic[F]):
    """The contract of a task runner; write your own by giving `submit`, and `duplicate` where it has options."""

    def __init__(self) -> None:
        self._started = False

    @property
    def name(self) -> str:
        """The runner's name, for logs."""
        return type(self).__name__.lower().removesuffix("taskrunner")

    def duplicate(self) -> Self:
        """Return a fresh runner with the same configuration."""
        return type(self)()

    @abstractmethod
    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,
    ) -> F:
        """Start a run of `task` and return its future at once."""

    def map(
        self, task: Task[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None = None
    ) -> SegueFutureList[Any]:
        """Start one run per element; raises MappingLengthMismatch or MappingMissingIterable."""
        futures: Any = [self.submit(task, each, wait_for) for each in elements(task.signature, parameters)]
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
