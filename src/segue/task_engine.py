"""Tasks run by a call of a function instead of by a call of the task, under the names users know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from segue.task_calls import call_task

if TYPE_CHECKING:
    from segue.tasks import Task

Wanted = Literal["result", "state"]


def run_task(
    task: Task[..., Any],
    *,
    task_run_id: UUID | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: Wanted = "result",
) -> Any:
    """Run a task with parameters by name and return its value, its state, a coroutine of these, or a generator.

    `task_run_id` is the id that the run shall have.
    """
    id = None if task_run_id is None else str(task_run_id)
    return call_task(
        task, task.bound_by_name(parameters or {}), return_state=return_type == "state", wait_for=wait_for, id=id
    )


def run_task_sync(
    task: Task[..., Any],
    *,
    task_run_id: UUID | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: Wanted = "result",
) -> Any:
    """Run a sync task; see `run_task`."""
    return run_task(task, task_run_id=task_run_id, parameters=parameters, wait_for=wait_for, return_type=return_type)


async def run_task_async(
    task: Task[..., Any],
    *,
    task_run_id: UUID | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: Wanted = "result",
) -> Any:
    """Run an async task; see `run_task`."""
    return await run_task(
        task, task_run_id=task_run_id, parameters=parameters, wait_for=wait_for, return_type=return_type
    )
