"""For how much room a task worker claims, where more is waiting than it was given."""

from __future__ import annotations

import threading

import pytest

from segue.task_worker import TaskWorker


class Passing(threading.Event):
    """Time that passes without being waited for, in which runs may end."""

    def __init__(self, worker: TaskWorker, ends: int) -> None:
        super().__init__()
        self._worker = worker
        self._ends = ends
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits += 1
        for _ in range(self._ends):
            self._worker._running.popitem()
        return self.is_set()


def busy(*, limit: int, running: int, ends: int) -> tuple[TaskWorker, Passing]:
    worker = TaskWorker(limit=limit)
    worker._running = {str(number): None for number in range(running)}
    worker._over = passing = Passing(worker, ends)
    return worker, passing


def test_runs_that_end_one_after_the_other_are_waited_for_until_half_of_the_room_is_there() -> None:
    worker, passing = busy(limit=50, running=49, ends=6)
    assert worker._gathered(1) == 25
    assert passing.waits == 4


def test_where_nothing_ends_what_room_there_is_is_claimed_for() -> None:
    worker, passing = busy(limit=50, running=49, ends=0)
    assert worker._gathered(1) == 1
    assert passing.waits == 1


@pytest.mark.parametrize(("limit", "running"), [(1, 0), (2, 1), (3, 2), (10, 5), (10, 0)])
def test_half_of_the_room_is_enough(limit: int, running: int) -> None:
    worker, passing = busy(limit=limit, running=running, ends=1)
    assert worker._gathered(limit - running) == limit - running
    assert passing.waits == 0


def test_a_worker_that_is_to_stop_waits_for_nothing() -> None:
    worker, passing = busy(limit=50, running=49, ends=6)
    passing.set()
    assert worker._gathered(1) == 1
