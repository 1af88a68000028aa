"""The last lines in the terminal when a flow fails: which task, the user's own line, the values on it, what to type next."""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from segue.engine.failure import is_ours
from segue.model.states import ErrorInfo

if TYPE_CHECKING:
    from segue.engine.lives import FlowLife, TaskLife
    from segue.model.states import State

#: What failed last, by the identity of its exception: told when that very exception ends the process.
_told: dict[int, tuple[str, ErrorInfo]] = {}
_run: list[tuple[str, str]] = []
_before = sys.excepthook


def remember(error: BaseException | None, what: str, state: State) -> None:
    """Keep what is to be said if this exception ends the process; the innermost run that failed speaks."""
    info = getattr(state, "error", None)
    if error is not None and info is not None:
        _told.setdefault(id(error), (what, info))
        while len(_told) > 1000:
            del _told[next(iter(_told))]


def remember_run(life: FlowLife) -> None:
    """Keep the top-level run that failed last, for the next command to type."""
    _run[:] = [(life.name, life.spec.name)]


def task_words(life: TaskLife) -> str:
    """Return how a task run is named to people."""
    return f"task {life.spec.name!r} (run {life.name!r})"


def watch_failures() -> None:
    """Tell failures that end the process; an excepthook somebody else installed is left alone."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _tell


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    report = traceback.TracebackException(kind, error, trace, compact=True)
    _strip(report, set())
    sys.stderr.write("".join(report.format()))
    told = _told.get(id(error))
    if told is not None:
        sys.stderr.write("\n".join(_lines(*told)) + "\n")


def _strip(report: traceback.TracebackException | None, seen: set[int]) -> None:
    """Drop frames of ours: the reader's error is in the reader's code."""
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    report.stack = traceback.StackSummary.from_list([frame for frame in report.stack if not is_ours(frame.filename)])
    _strip(report.__cause__, seen)
    _strip(report.__context__, seen)


def _lines(what: str, info: ErrorInfo) -> list[str]:
    lines = ["", f"✗ {what} failed: {info.type}: {info.message}" if info.message else f"✗ {what} failed: {info.type}"]
    if info.file is not None:
        lines.append(f"  at   {_place(info.file)}:{info.line} in {info.function}")
        if info.source:
            lines.append(f"       {info.source}")
    lines.extend(f"  with {name} = {value}" for name, value in info.values.items())
    if _run:
        name, _flow = _run[0]
        lines.append(f"  next segue flow-run inspect {name}    or, once mended: segue flow-run retry {name}")
    return lines


def _place(path: str) -> str:
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else path
