"""The last lines in the terminal when a flow fails: which task, the user's own line, the values on it, what to type next."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from segue.engine.failure import is_ours, type_name, user_traceback
from segue.engine.lives import FlowLife
from segue.model.states import ErrorInfo

if TYPE_CHECKING:
    from segue.engine.ended import Ended
    from segue.engine.lives import TaskLife


class Told(Struct, frozen=True):
    """What is to be said if an exception ends the process."""

    what: str
    info: ErrorInfo
    next: str
    #: It was raised in another process: nothing of it is on this one's stack.
    far: bool

    def same(self, info: ErrorInfo) -> bool:
        """Whether these facts are of the same exception, and not of one that took the place of a forgotten one."""
        ours = self.info
        if (ours.type, ours.message) != (info.type, info.message):
            return False
        return self.far or (ours.file, ours.line) == (info.file, info.line)


#: What failed last, by the identity of its exception: told when that very exception ends the process.
_told: dict[int, Told] = {}


def remember(ended: Ended, life: TaskLife | FlowLife) -> None:
    """Keep what is to be said if the exception of this run ends the process; the innermost run that failed speaks."""
    error, info = ended.error, getattr(ended.state, "error", None)
    if error is None or info is None:
        return
    known = _told.get(id(error))
    if known is None or not known.same(info):
        far = user_traceback(error.__traceback__) is None
        _told[id(error)] = Told(_words(life), info, _next(life), far)
        while len(_told) > 1000:
            del _told[next(iter(_told))]
    elif known.info.file is None:
        # Its process was ended, and nobody knows where it was: the line that called it is what there is.
        place = replace(info, traceback=known.info.traceback)
        _told[id(error)] = replace(known, info=place)


def _words(life: TaskLife | FlowLife) -> str:
    noun = "flow" if isinstance(life, FlowLife) else "task"
    return f"{noun} {life.spec.name!r} (run {life.name!r})"


def _next(life: TaskLife | FlowLife) -> str:
    """Return what to type next."""
    flow = life if isinstance(life, FlowLife) else life.flow
    if flow is None:
        return f"segue task-run inspect {life.id}"
    name = shlex.quote(flow.root().name)
    return f"segue flow-run inspect {name}    or, once mended: segue flow-run retry {name}"


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
        sys.stderr.write("\n".join(["", *_lines(told), *_cause(error, told), f"  next {told.next}"]) + "\n")


def _strip(report: traceback.TracebackException | None, seen: set[int]) -> None:
    """Drop frames of ours: the reader's error is in the reader's code."""
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    report.stack = traceback.StackSummary.from_list([frame for frame in report.stack if not is_ours(frame.filename)])
    _strip(report.__cause__, seen)
    _strip(report.__context__, seen)


def _lines(told: Told) -> list[str]:
    info = told.info
    lines = [
        f"✗ {told.what} failed: {info.type}: {info.message}" if info.message else f"✗ {told.what} failed: {info.type}"
    ]
    if info.file is not None:
        lines.append(f"  at   {_place(info.file)}:{info.line} in {info.function}")
        if info.source:
            lines.append(f"       {info.source}")
    lines.extend(f"  with {name} = {value}" for name, value in info.values.items())
    return lines


def _cause(error: BaseException, told: Told) -> list[str]:
    """Return which other run's failure the exception came from, when it was raised in answer to one."""
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        before = _told.get(id(cause))
        if before is not None and before.info.type == type_name(cause) and before.what != told.what:
            return ["because", *_lines(before)]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return []


def _place(path: str) -> str:
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else path
