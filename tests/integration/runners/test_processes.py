"""What a process of the pool keeps of the tasks that it ran."""

from __future__ import annotations

import os
from pathlib import Path

from segue import Task, flow, task
from segue.task_runners import ProcessPoolTaskRunner

HERE = os.getpid()


class OnlyHere:
    """Can be sent, and not be received."""

    def __init__(self, pid: int) -> None:
        if os.getpid() != pid:
            raise RuntimeError("it is known here alone")
        self.pid = pid

    def __reduce__(self) -> tuple[type[OnlyHere], tuple[int]]:
        return OnlyHere, (self.pid,)


def test_more_tasks_than_a_process_keeps(home: Path) -> None:
    def adding(more: int) -> Task[[int], int]:
        return task(name=f"add-{more}")(lambda x: x + more)

    @flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
    def calls() -> int:
        tasks = [adding(number) for number in range(40)]
        # At the second turn those that came first are not known any more.
        return sum(each.submit(1).result() for _ in range(2) for each in tasks)

    assert calls() == 2 * sum(range(41))


def test_a_task_that_cannot_be_received_fails_each_time(home: Path) -> None:
    held = OnlyHere(HERE)

    @task
    def uses() -> int:
        return held.pid

    @flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
    def calls() -> list[str | None]:
        states = [uses.submit(return_state=True) for _ in range(3)]
        return [state.message for state in states]

    failed = "Task run encountered an exception RuntimeError: it is known here alone"
    assert calls() == [failed] * 3
