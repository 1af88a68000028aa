"""Log lines of runs, printed in order: all of them, the first or last few, or as they come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.backend.reaper import Reaper
from segue.cli.faults import Exit, Fault
from segue.cli.listing import as_json
from segue.cli.options import Output
from segue.host import clock
from segue.model.runs import FlowRun, Log, TaskRun
from segue.wire.operations import FLOW_RUN_LIST, LOG_LIST, TASK_RUN_LIST
from segue.wire.queries import LogQuery, RunFilter, RunQuery

#: Seconds between two looks for new lines.
LOOK = 0.3
#: Lines of one process are written in order, of several nearly so: as far back a new look reaches.
_OVERLAP = clock.seconds(2)
_PAGE = 500


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines, and how."""

    head: int | None = None
    tail: int | None = None
    reverse: bool = False
    level: int | None = None
    follow: bool = False
    output: Output = Output.TABLE


def level_of(text: str | None) -> int | None:
    """Return the number of a level given by name or number."""
    if text is None or text.isdigit():
        return None if text is None else int(text)
    number = logging.getLevelNamesMapping().get(text.upper())
    if number is None:
        raise Fault(f"{text!r} is not a level; there are DEBUG, INFO, WARNING, ERROR and CRITICAL.", Exit.USAGE)
    return number


def within(backend: Backend, run: FlowRun) -> list[FlowRun]:
    """Return a flow run and its subflows, theirs included."""
    found, above = [run], [run.id]
    while above:
        query = RunQuery(where=RunFilter(flow_run_ids=above), limit=_PAGE)
        below = list(every_item(lambda asked: backend.call(FLOW_RUN_LIST, asked), query))
        found += below
        above = [each.id for each in below]
    return found


def show(backend: Backend, query: LogQuery, wanted: Wanted, over: Callable[[], bool]) -> None:
    """Print log lines; `over` says when no more will come."""
    if wanted.head is not None and wanted.tail is not None:
        raise Fault("--head and --tail ask for two different things; give one of them.", Exit.USAGE)
    query = msgspec.structs.replace(query, level_from=wanted.level, limit=_PAGE)
    names = _Names(backend)
    if wanted.follow:
        for line in _following(backend, query, wanted, over):
            typer.echo(msgspec.json.encode(line) if wanted.output is Output.JSON else names.line(line))
        return
    lines = _chosen(backend, query, wanted)
    if wanted.output is Output.JSON:
        typer.echo(as_json([_facts(line) for line in lines]))
        return
    many = 0
    for many, line in enumerate(lines, 1):  # noqa: B007 - counted while they are printed: there may be millions
        typer.echo(names.line(line))
    if not many:
        typer.echo("No lines were logged here." if wanted.level is None else "No lines of that level.", err=True)


def _chosen(backend: Backend, query: LogQuery, wanted: Wanted) -> Iterator[Log]:
    if wanted.tail is not None:
        last = list(_lines(backend, msgspec.structs.replace(query, sort="-timestamp"), wanted.tail))
        return iter(last if wanted.reverse else last[::-1])
    if wanted.reverse and wanted.head is not None:
        return iter(list(_lines(backend, query, wanted.head))[::-1])
    order = "-timestamp" if wanted.reverse else "timestamp"
    return _lines(backend, msgspec.structs.replace(query, sort=order), wanted.head)


def _lines(backend: Backend, query: LogQuery, most: int | None) -> Iterator[Log]:
    left = most
    while left is None or left > 0:
        page = backend.call(LOG_LIST, msgspec.structs.replace(query, limit=_PAGE if left is None else min(left, _PAGE)))
        yield from page.items
        left = None if left is None else left - len(page.items)
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)


def _following(backend: Backend, query: LogQuery, wanted: Wanted, over: Callable[[], bool]) -> Iterator[Log]:
    """Yield what there is, then what comes, until no more will."""
    seen: dict[int, Log] = {}
    first = _chosen(backend, query, wanted) if wanted.tail is not None or wanted.head is not None else None
    for line in first or ():
        seen[line.id] = line
        yield line
    while True:
        # Asked before looking: what is written before the end is found by this look.
        last_look = over()
        newest = max((line.timestamp for line in seen.values()), default=None)
        start = None if newest is None else newest - _OVERLAP
        for line in _lines(backend, msgspec.structs.replace(query, after_time=start), None):
            if line.id not in seen:
                seen[line.id] = line
                yield line
        if last_look:
            return
        if newest is not None:
            seen = {id: line for id, line in seen.items() if line.timestamp >= newest - 2 * _OVERLAP}
        time.sleep(LOOK)


def over_for(backend: Backend, read: Callable[[], FlowRun | TaskRun]) -> Callable[[], bool]:
    """Return what says whether a run has ended; a process that dies meanwhile is noticed."""
    reaper = Reaper(backend)

    def over() -> bool:
        reaper.look()
        return read().state.final

    return over


class _Names:
    """Names of the runs that lines belong to, read when they are first met."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[str, str] = {}

    def line(self, line: Log) -> str:
        level = logging.getLevelName(line.level)
        return (
            f"{line.timestamp.astimezone():%Y-%m-%d %H:%M:%S.%f}"[:-3]
            + f" | {level:<7} | {self._who(line)}{line.message}"
        )

    def _who(self, line: Log) -> str:
        id = line.task_run_id or line.flow_run_id
        if id is None:
            return ""
        if id not in self._known:
            self._known[id] = self._name(
                RunQuery(where=RunFilter(ids=[id]), limit=1), task=line.task_run_id is not None
            )
        return self._known[id]

    def _name(self, query: RunQuery, *, task: bool) -> str:
        if task:
            return "".join(f"Task run {run.name!r} - " for run in self._backend.call(TASK_RUN_LIST, query).items)
        return "".join(f"Flow run {run.name!r} - " for run in self._backend.call(FLOW_RUN_LIST, query).items)


def _facts(line: Log) -> dict[str, object]:
    return {**msgspec.to_builtins(line), "level_name": logging.getLevelName(line.level)}
