"""What went wrong in user code, told in the user's terms: their line, their values, no frames of ours."""

from __future__ import annotations

import linecache
import os
import re
import traceback
from types import FrameType, TracebackType

from segue.engine.asks import LeaseLost, Overdue, TerminationSignal
from segue.engine.masking import masked
from segue.model.states import ErrorInfo

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
#: Packaged examples are user code that happens to be shipped.
_EXAMPLES = os.path.join(_OURS, "demo") + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_SECRET = re.compile(r"pass|secret|token|key|credential|auth", re.IGNORECASE)
_SHORT = 120


def is_ours(filename: str) -> bool:
    """Whether a source file belongs to the package rather than to the user."""
    return filename.startswith(_OURS) and not filename.startswith(_EXAMPLES)


def without_our_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return the traceback without frames of the package."""
    kept: list[TracebackType] = []
    while trace is not None:
        if not is_ours(trace.tb_frame.f_code.co_filename):
            kept.append(trace)
        trace = trace.tb_next
    result: TracebackType | None = None
    for entry in reversed(kept):
        result = TracebackType(result, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return result


def user_traceback(trace: TracebackType | None) -> TracebackType | None:
    """Return the traceback as it led to the user's innermost line: no frames of ours, none of the libraries called from there."""
    line = _user_line(trace)
    kept: list[TracebackType] = []
    entry = without_our_frames(trace)
    while entry is not None:
        kept.append(entry)
        if line is not None and entry.tb_frame is line[0]:
            break
        entry = entry.tb_next
    result: TracebackType | None = None
    for each in reversed(kept):
        result = TracebackType(result, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return result


def describe(error: BaseException) -> ErrorInfo:
    """Return the facts of an exception: type, message, the user's innermost line, values named on that line, traceback."""
    line = _user_line(error.__traceback__)
    facts = ErrorInfo(type=type_name(error), message=_short(masked(str(error)), 2000), traceback=masked(_text(error)))
    if line is None:
        return facts
    frame, number = line
    code = frame.f_code
    source = linecache.getline(code.co_filename, number).strip()
    return ErrorInfo(
        type=facts.type,
        message=facts.message,
        file=code.co_filename,
        line=number,
        function=code.co_qualname,
        source=masked(source) or None,
        # A line that names no value of its own fails over what the function was called with.
        values=_values(source, frame) or _arguments(frame),
        traceback=facts.traceback,
    )


def type_name(error: BaseException) -> str:
    """Return the exception's type as users write it: without a module when it is a built-in."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def crash_message(error: BaseException) -> str:
    """Say in one sentence what ended a run that did not end by itself."""
    match error:
        case KeyboardInterrupt():
            return "Execution was aborted by an interrupt signal."
        case TerminationSignal():
            return "Execution was aborted by a termination signal."
        case Overdue():
            return "Execution was interrupted: the flow run around it exceeded its timeout."
        case LeaseLost():
            return "Execution was interrupted: another process took over the flow run."
        case SystemExit():
            return "Execution was aborted by Python system exit call."
        case _ if type(error).__name__ == "CancelledError":
            return "Execution was cancelled by the runtime environment."
        case _:
            return f"Execution was interrupted by an unexpected exception: {type(error).__name__}: {error}"


def _user_line(trace: TracebackType | None) -> tuple[FrameType, int] | None:
    """The innermost frame of the user's own code; failing that, the innermost that is not ours."""
    best: tuple[FrameType, int] | None = None
    fallback: tuple[FrameType, int] | None = None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not is_ours(name):
            fallback = (trace.tb_frame, trace.tb_lineno)
            if not name.startswith(_STDLIB) and "site-packages" not in name and not name.startswith("<frozen"):
                best = fallback
        trace = trace.tb_next
    return best or fallback


def _values(source: str, frame: FrameType) -> dict[str, str]:
    values: dict[str, str] = {}
    for path in dict.fromkeys(_NAME.findall(source)):
        root = path.split(".")[0]
        if root not in frame.f_locals or root in {"self", "cls"} or callable(frame.f_locals[root]):
            continue
        values[root] = "***" if _SECRET.search(root) else _repr(frame.f_locals[root])
        if len(values) == 8:
            break
    return values


def _arguments(frame: FrameType) -> dict[str, str]:
    code = frame.f_code
    return _values(" ".join(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount][:8]), frame)


def _repr(value: object) -> str:
    # User-defined reprs may raise or be huge: a report must not fail over the thing it reports.
    try:
        return _short(masked(repr(value)), _SHORT)
    except Exception as error:
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(error: BaseException) -> str:
    report = traceback.TracebackException.from_exception(error, compact=True)
    seen: set[int] = set()

    def strip(part: traceback.TracebackException | None) -> None:
        if part is None or id(part) in seen:
            return
        seen.add(id(part))
        part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if not is_ours(frame.filename)])
        strip(part.__cause__)
        strip(part.__context__)

    strip(report)
    return "".join(report.format())
