"""What surrounds the body of a flow: its task runner, print capture, the records of its logger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from segue.engine.around import in_children
from segue.engine.lives import FlowLife, current_flow, current_task
from segue.logging.prints import captures, patch_print
from segue.logging.wiring import setup

if TYPE_CHECKING:
    from segue.flows import Flow


@contextmanager
def surround_in_child() -> Iterator[None]:
    """What a call in another process needs of it: log handlers, and print capture where its run captures prints."""
    setup()
    life = current_task.get() or current_flow.get()
    with ExitStack() as stack:
        flow = current_flow.get()
        if flow is not None and "task_runner" not in flow.extra:
            stack.enter_context(_tasks_in_child(flow))
        if life is not None and captures(life):
            stack.enter_context(patch_print())
        yield


@contextmanager
def _tasks_in_child(flow: FlowLife) -> Iterator[None]:
    """Let the body of a task submit others: they run in threads beside it, and have ended when it has."""
    from segue.task_runners import ThreadPoolTaskRunner  # noqa: PLC0415 - a door: most bodies submit nothing

    with ThreadPoolTaskRunner() as runner:
        flow.extra["task_runner"] = runner
        yield
        for child in list(flow.children.values()):
            child.promise.wait()


in_children.append(surround_in_child)


@contextmanager
def surround(flow: Flow[Any, Any], life: FlowLife) -> Iterator[None]:
    """Start the task runner for the body, and capture prints where that is asked for."""
    runner = flow.task_runner.duplicate()
    life.extra["task_runner"] = runner
    life.extra["abandon"] = lambda _error: runner.cancel_all()
    with ExitStack() as stack:
        stack.enter_context(runner)
        if captures(life):
            stack.enter_context(patch_print())
        yield
