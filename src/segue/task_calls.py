"""A direct call of a task: lived in the calling thread, or as a coroutine, or item by item for generators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable
from typing import TYPE_CHECKING, Any

from segue.engine.drive_sync import drive
from segue.engine.ended import MISSING, Ended
from segue.engine.signature import COROUTINE, flags
from segue.engine.task_script import task_script
from segue.origins import note
from segue.states import State
from segue.submission import Run, start_run
from segue.top_level import starts_a_run

if TYPE_CHECKING:
    from segue.tasks import Task


def call_task(
    task: Task[Any, Any],
    parameters: dict[str, Any],
    *,
    return_state: bool,
    wait_for: Iterable[Any] | None,
    id: str | None = None,
) -> Any:
    """Run a task for its caller: value, state, coroutine or generator, as the function is and as was asked.

    `id` is what the run of a task that is no generator is to be known by.
    """
    starts_a_run()
    if task.isgenerator:
        return agenerate(task, parameters, wait_for) if task.isasync else generate(task, parameters, wait_for)
    if task.isasync and flags(task.fn) & COROUTINE:
        return _acall(task, parameters, return_state=return_state, wait_for=wait_for, id=id)
    run = start_run(task, parameters, wait_for, direct=True, id=id)
    return _answer(run, drive(task_script(run.life, run.call)), return_state=return_state)


async def _acall(
    task: Task[Any, Any],
    parameters: dict[str, Any],
    *,
    return_state: bool,
    wait_for: Iterable[Any] | None,
    id: str | None,
) -> Any:
    from segue.engine.drive_async import adrive, as_cancellation  # noqa: PLC0415 - the async driver's door

    run = start_run(task, parameters, wait_for, direct=True, id=id)
    ended = await adrive(task_script(run.life, run.call))
    try:
        return _answer(run, ended, return_state=return_state)
    except KeyboardInterrupt as error:
        raise as_cancellation(error, run.life.flow) from None


def _answer(run: Run, ended: Ended, *, return_state: bool) -> Any:
    run.promise.settle(ended)
    if return_state:
        return State.of_ended(ended, run.life)
    if ended.error is not None:
        raise ended.error
    if ended.value is MISSING:
        return State.of_ended(ended, run.life).result()
    note(run.life.flow, ended.value, run.life.id)
    return ended.value


def generate(
    task: Task[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None
) -> Generator[Any, Any, Any]:
    """Run a generator task lazily: its items as they come."""
    from segue.engine.drive_generator import drive_generator  # noqa: PLC0415 - a door: generators are rare

    run = start_run(task, parameters, wait_for, direct=True)
    ended = yield from drive_generator(task_script(run.life, run.call), task.fn)
    run.promise.settle(ended)
    if ended.error is not None:
        raise ended.error
    return ended.value


async def agenerate(
    task: Task[Any, Any], parameters: dict[str, Any], wait_for: Iterable[Any] | None
) -> AsyncIterator[Any]:
    """Run an async generator task lazily."""
    from segue.engine.drive_generator import adrive_generator  # noqa: PLC0415 - a door: generators are rare

    run = start_run(task, parameters, wait_for, direct=True)
    settled: list[Ended] = []
    async for item in adrive_generator(task_script(run.life, run.call), task.fn, settled):
        yield item
    run.promise.settle(settled[0])
    if settled[0].error is not None:
        raise settled[0].error
