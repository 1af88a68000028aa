"""From `--state --flow --since` to what the record is asked, for runs of both kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from segue.backend.protocol import Backend
from segue.cli.options import States, since, states
from segue.cli.record import walk
from segue.model.runs import FlowRun, TaskRun
from segue.wire.operations import FLOW_RUN_COUNT, FLOW_RUN_LIST, TASK_RUN_COUNT, TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery

R = TypeVar("R", FlowRun, TaskRun)


class Selection(msgspec.Struct, frozen=True):
    """Runs that were asked for."""

    where: RunFilter
    #: What the record cannot be asked about states: held against each run as it is read.
    rest: States | None

    @property
    def narrowed(self) -> bool:
        """Whether not simply all runs were asked for."""
        return self.rest is not None or self.where != RunFilter()


def selection(state: Sequence[str] | None, flow: Sequence[str] | None, since_: str | None) -> Selection:
    """Understand what was typed."""
    wanted = states(state)
    known = wanted.known
    where = RunFilter(flow_names=list(flow) if flow else None, created_after=since(since_))
    if known is None:
        return Selection(where, wanted)
    return Selection(msgspec.structs.replace(where, state_types=known[0], state_names=known[1]), None)


def flow_runs(backend: Backend, chosen: Selection) -> Iterator[FlowRun]:
    """Yield flow runs, newest first."""
    return _kept(walk(lambda query: _flow_page(backend, query), chosen.where, sort="-created"), chosen.rest)


def task_runs(backend: Backend, chosen: Selection) -> Iterator[TaskRun]:
    """Yield task runs, newest first."""
    return _kept(walk(lambda query: _task_page(backend, query), chosen.where, sort="-created"), chosen.rest)


def flow_run_counter(backend: Backend, chosen: Selection) -> Callable[[], int] | None:
    """Return what counts flow runs without reading them; None when they must be read."""
    return None if chosen.rest is not None else lambda: backend.call(FLOW_RUN_COUNT, chosen.where).count


def task_run_counter(backend: Backend, chosen: Selection) -> Callable[[], int] | None:
    """Return what counts task runs without reading them; None when they must be read."""
    return None if chosen.rest is not None else lambda: backend.call(TASK_RUN_COUNT, chosen.where).count


def _kept(runs: Iterator[R], rest: States | None) -> Iterator[R]:
    return runs if rest is None else (run for run in runs if rest.hold(run.state.kind, run.state.name))


def _flow_page(backend: Backend, query: RunQuery) -> tuple[list[FlowRun], str | None]:
    page = backend.call(FLOW_RUN_LIST, query)
    return page.items, page.next


def _task_page(backend: Backend, query: RunQuery) -> tuple[list[TaskRun], str | None]:
    page = backend.call(TASK_RUN_LIST, query)
    return page.items, page.next
