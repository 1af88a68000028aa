"""How far a run is, read from its record: what anybody can see, not what this process happens to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import assert_never

from segue.backend.protocol import Backend
from segue.model.runs import TaskRun
from segue.model.states import (
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    State,
)
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery


class Status(Enum):
    """Where one run of a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REUSED = "reused"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One run of a step; a reused one carries the times of the run that did the work."""

    task: str
    name: str
    status: Status
    start: datetime | None = None
    end: datetime | None = None

    def seconds(self, now: datetime) -> float:
        """Return how long it took, or has been running at `now`."""
        return 0.0 if self.start is None else ((self.end or now) - self.start).total_seconds()


@dataclass(frozen=True)
class Stage:
    """All runs of one step so far, of `total` that there will be."""

    task: str
    total: int
    steps: tuple[Step, ...] = ()

    def count(self, *statuses: Status) -> int:
        """Return how many runs have one of these statuses."""
        return sum(step.status in statuses for step in self.steps)

    @property
    def finished(self) -> int:
        """Number of runs that need not run any more."""
        return self.count(Status.DONE, Status.REUSED)

    def seconds(self, now: datetime) -> float:
        """Return the time in which at least one of the runs was running: they run side by side."""
        return busy([(step.start, step.end or now) for step in self.steps if step.start is not None])


def busy(spans: Sequence[tuple[datetime, datetime]]) -> float:
    """Return the seconds covered by spans of time that may overlap."""
    total = timedelta()
    covered: datetime | None = None
    for start, end in sorted(spans):
        total += max(end - (start if covered is None else max(start, covered)), timedelta())
        covered = end if covered is None else max(covered, end)
    return total.total_seconds()


def stages(backend: Backend, flow_run_id: str, plan: Sequence[tuple[str, int]], *, since: datetime) -> list[Stage]:
    """Return how far a run is along its plan (step and number of runs), in the attempt that began at `since`."""
    query = RunQuery(where=RunFilter(flow_run_ids=[flow_run_id]), sort="created", limit=200)
    runs = backend.call(TASK_RUN_LIST, query).items
    before = {run.id: run for run in runs if run.created < since}
    steps = [_step(run, before) for run in runs if run.created >= since]
    return [Stage(task, total, tuple(step for step in steps if step.task == task)) for task, total in plan]


def _step(run: TaskRun, before: dict[str, TaskRun]) -> Step:
    reused_from = run.cache.reused_from if run.cache is not None else None
    if reused_from is None:
        return Step(run.task_name, run.name, status_of(run.state), run.start_time, run.end_time)
    worker = before.get(reused_from, run)
    return Step(run.task_name, worker.name, Status.REUSED, worker.start_time, worker.end_time)


def status_of(state: State) -> Status:
    """Return what a state means to somebody who watches."""
    match state:
        case Scheduled() | Pending() | Paused():
            return Status.WAITING
        case Running() | Cancelling():
            return Status.RUNNING
        case Completed():
            return Status.DONE
        case Failed() | Crashed() | Cancelled():
            return Status.FAILED
        case never:
            assert_never(never)
