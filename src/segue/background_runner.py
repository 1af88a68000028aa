"""The task runner that hands every submitted task to task workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from segue.background import enqueue, enqueue_all
from segue.distributed import SegueDistributedFuture
from segue.futures import SegueFutureList
from segue.mapping import elements
from segue.runner_contract import TaskRunner

if TYPE_CHECKING:
    from segue.tasks import Task


class SegueTaskRunner(TaskRunner[SegueDistributedFuture[Any]]):
    """Runs tasks wherever a task worker serves them."""

    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,  # noqa: ARG002 - part of the contract; found in the arguments here
    ) -> SegueDistributedFuture[Any]:
        """Hand a run of `task` over and return its future at once."""
        if not self._started:
            raise RuntimeError("Task runner is not started")
        return enqueue(task, parameters, wait_for=wait_for)

    def map(
        self, task: Task[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None = None
    ) -> SegueFutureList[Any]:
        """Hand over one run per element, many at once; raises MappingLengthMismatch or MappingMissingIterable."""
        if not self._started:
            raise RuntimeError("Task runner is not started")
        return enqueue_all(task, elements(task.signature, parameters), wait_for=wait_for)
