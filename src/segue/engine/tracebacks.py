"""Tracebacks of exceptions that come from another process: pickling an exception leaves its traceback behind.

Frames cannot travel, but what a reader wants of them can: file, line and function. On arrival each is raised through a stand-in of
that name and place, so that reports and debuggers show the lines of the user's code as if it had run here.
"""

from __future__ import annotations

import sys
from types import CodeType, TracebackType

Frames = list[tuple[str, int, str]]


def frames_of(error: BaseException) -> Frames:
    """Return the places that an exception came through, the outermost first."""
    found: Frames = []
    at = error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        found.append((code.co_filename, at.tb_lineno or 0, code.co_name))
        at = at.tb_next
    return found


def with_frames(error: BaseException, frames: Frames) -> BaseException:
    """Return the exception as if it had come through these places here; one that has a traceback keeps it."""
    if error.__traceback__ is not None:
        return error
    trace: TracebackType | None = None
    for file, line, name in reversed(frames):
        trace = _stand_in(trace, file, line, name)
    return error.with_traceback(trace)


def _stand_in(inner: TracebackType | None, file: str, line: int, name: str) -> TracebackType | None:
    code: CodeType = compile("raise StopIteration", file, "exec").replace(co_name=name, co_firstlineno=max(line, 1))
    try:
        exec(code, {"__name__": "<elsewhere>", "__file__": file})  # noqa: S102 - our own one statement
    except StopIteration:
        trace = sys.exc_info()[2]
        own = trace.tb_next if trace is not None else None
        return TracebackType(inner, own.tb_frame, own.tb_lasti, line) if own is not None else inner
    return inner
