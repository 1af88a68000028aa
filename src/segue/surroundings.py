"""What surrounds the body of a flow: its task runner, print capture, the records of its logger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from segue.engine.interrupts import interruptible
from segue.engine.lives import FlowLife
from segue.logging.prints import captures, patch_print

if TYPE_CHECKING:
    from segue.flows import Flow


@contextmanager
def surround(flow: Flow[Any, Any], life: FlowLife) -> Iterator[None]:
    """Start the task runner for the body, and make the run interruptible when it has the main thread for itself."""
    runner = flow.task_runner.duplicate()
    life.extra["task_runner"] = runner
    life.extra["abandon"] = lambda _error: runner.cancel_all()
    with ExitStack() as stack:
        if life.parent is None and life.main_thread:
            stack.enter_context(interruptible())
        stack.enter_context(runner)
        if captures(life):
            stack.enter_context(patch_print())
        yield
