"""A task worker in a thread of this process, and waiting for what it does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from segue.task_worker import TaskWorker


@contextmanager
def worker(*tasks: object, limit: int | None = 10) -> Iterator[TaskWorker]:
    """Serve tasks from a thread of this process while the block lasts."""
    made = TaskWorker(*tasks, limit=limit)  # type: ignore[arg-type]
    thread = threading.Thread(target=made.start)
    thread.start()
    try:
        yield made
    finally:
        made.stop()
        thread.join()


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, at most half a minute."""
    pause = threading.Event()
    for _ in range(3000):
        if holds():
            return
        pause.wait(0.01)
    pytest.fail("it did not come about within half a minute")
