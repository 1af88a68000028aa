"""Where log lines go: into the record of their run, and onto the terminal."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.engine.masking import masked
from segue.engine.session import session
from segue.exceptions import MissingContextError
from segue.host import clock, config
from segue.model import sizes
from segue.model.records import LogLine

if TYPE_CHECKING:
    from segue.model.settings import Settings

#: Room that the note takes which a cut line ends with.
_NOTE = 80


class APILogHandler(logging.Handler):
    """Records each line with the run that logged it."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Take a record; no lock, since a record stream is safe from every thread."""
        passed = bool(self.filter(record))
        if passed:
            self.emit(record)
        return passed

    def emit(self, record: logging.LogRecord) -> None:
        """Find the run and record the line."""
        facts = record.__dict__
        # Loggers that hang below one another have this handler more than once.
        if facts.get("recorded") or not facts.get("send_to_api", True):
            return
        facts["recorded"] = True
        settings = config.current()
        if not settings.logging.to_api.enabled:
            return
        try:
            self._record(record, settings)
        except MissingContextError:
            raise
        except Exception:  # noqa: BLE001 - a log line must never end the run; `handleError` says what went wrong
            self.handleError(record)

    def _record(self, record: logging.LogRecord, settings: Settings) -> None:
        facts = record.__dict__
        life = facts.get("life") or _named_life(facts) or _current_life(facts)
        if life is None and facts.get("flow_run_id") is None and facts.get("task_run_id") is None:
            _missing(record, settings)
            return
        message = _fitting(masked(self._message(record)), settings)
        if life is not None and not _over(life):
            life.log(record.levelno, record.name, message)
            return
        # The run is over (a hook, a thread that outlived it) or known by id only: this process' own stream takes the line.
        flow_id, task_id = _ids(life) if life is not None else (facts.get("flow_run_id"), facts.get("task_run_id"))
        session().stray_stream().put(
            LogLine(clock.now(), record.levelno, record.name, message, _text(flow_id), _text(task_id))
        )

    def _message(self, record: logging.LogRecord) -> str:
        plain = self.formatter is None and not (record.exc_info or record.exc_text or record.stack_info)
        return record.getMessage() if plain else self.format(record)


class SegueConsoleHandler(logging.Handler):
    """Shows each line on standard error: time, level, the run's name, the message."""

    def __init__(
        self,
        stream: TextIO | None = None,
        styles: Mapping[str, str] | None = None,
        level: int | str = logging.NOTSET,
    ) -> None:
        super().__init__(level)
        #: None: whatever `sys.stderr` is when a line comes.
        self.stream = stream
        #: Colours by what they are for, such as `log.error_level`: words of the library rich.
        self.styles = dict(styles or {})
        self._second = 0
        self._clock = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, unless the program's own logging shows it already."""
        facts = record.__dict__
        if facts.get("shown") or (self.stream is None and _shown_by_root()):
            return
        facts["shown"] = True
        stream = self.stream if self.stream is not None else sys.stderr
        if stream is None:
            return
        try:
            colored = config.current().logging.colors and _takes_colors(stream)
            stream.write(self.line(record, colored=colored) + "\n")
        except ValueError:
            # The stream was closed: at the end of a program nobody is left to read.
            return
        except Exception:  # noqa: BLE001 - a log line must never end the run; `handleError` says what went wrong
            self.handleError(record)

    def line(self, record: logging.LogRecord, *, colored: bool = False) -> str:
        """Return the line as it is written; a formatter that was given has the whole say."""
        if self.formatter is not None:
            return masked(self.format(record))
        second = int(record.created)
        if second != self._second:
            self._second, self._clock = second, time.strftime("%H:%M:%S", time.localtime(second))
        moment = f"{self._clock}.{int(record.msecs):03d}"
        level = f"{record.levelname:<7}"
        about = _about(record)
        if colored:
            level = f"{self._color(f'log.{record.levelname.lower()}_level', _COLORS.get(record.levelno, ''))}{level}{_PLAIN}"
            moment, about = f"{_DIM}{moment}{_PLAIN}", f"{self._color('log.flow_run_name', _NAME)}{about}{_PLAIN}"
        plain = not (record.exc_info or record.exc_text or record.stack_info)
        return f"{moment} | {level} | {about} - {masked(record.getMessage() if plain else self.format(record))}"

    def _color(self, name: str, default: str) -> str:
        given = self.styles.get(name)
        if given is None:
            return default
        from rich.color import ColorSystem  # noqa: PLC0415 - a door: only for colours that somebody chose
        from rich.style import Style  # noqa: PLC0415 - the same

        return Style.parse(given).render("|", color_system=ColorSystem.TRUECOLOR).partition("|")[0]


_COLORS = {
    logging.DEBUG: "\x1b[2m",
    logging.INFO: "\x1b[36m",
    logging.WARNING: "\x1b[33m",
    logging.ERROR: "\x1b[31m",
    logging.CRITICAL: "\x1b[1;31m",
}
_NAME, _DIM, _PLAIN = "\x1b[35m", "\x1b[2m", "\x1b[0m"


def _about(record: logging.LogRecord) -> str:
    """What the line is about: the run, or the logger where there is none."""
    facts = record.__dict__
    life = facts.get("life")
    if record.name == "segue.task_runs":
        name = life.name if isinstance(life, TaskLife) else facts.get("task_run_name")
        return record.name if name is None else f"Task run {name!r}"
    if record.name == "segue.flow_runs":
        name = life.name if isinstance(life, FlowLife) else facts.get("flow_run_name")
        return record.name if name is None else f"Flow run {name!r}"
    return record.name


def _current_life(facts: dict[str, object]) -> FlowLife | TaskLife | None:
    """The run whose code is running, unless the record says that it belongs to another one."""
    if facts.get("flow_run_id") is not None or facts.get("task_run_id") is not None:
        return None
    return current_task.get() or current_flow.get()


def _named_life(facts: dict[str, object]) -> FlowLife | TaskLife | None:
    """The run that the record names by id, where it is the current one or surrounds it."""
    flow_id, task_id = facts.get("flow_run_id"), facts.get("task_run_id")
    if flow_id is None and task_id is None:
        return None
    task = current_task.get()
    if task_id is not None:
        return task if task is not None and task.id == str(task_id) else None
    flow = current_flow.get()
    while flow is not None and flow.id != str(flow_id):
        flow = flow.parent
    return flow


def _over(life: FlowLife | TaskLife) -> bool:
    """Whether the stream of this run's lease is closed."""
    flow = life.flow if isinstance(life, TaskLife) else life
    if flow is None:
        return False
    while flow.parent is not None:
        flow = flow.parent
    return flow.stream is None or (flow.state is not None and flow.state.final)


def _ids(life: FlowLife | TaskLife) -> tuple[str | None, str | None]:
    if isinstance(life, FlowLife):
        return life.id, None
    return (life.flow.id if life.flow is not None else None), life.id


def _text(id: object) -> str | None:
    return None if id is None else str(id)


def _missing(record: logging.LogRecord, settings: Settings) -> None:
    """The line belongs to no run: say so, refuse it or let it be."""
    message = f"Logger {record.name!r} was used where there is no run: the line is shown, but not recorded."
    match settings.logging.to_api.when_missing_flow:
        case "warn":
            hint = "Set SEGUE_LOGGING_TO_API_WHEN_MISSING_FLOW=ignore to silence this warning."
            warnings.warn(f"{message} {hint}", stacklevel=9)
        case "error":
            raise MissingContextError(message)
        case "ignore":
            pass


def _fitting(message: str, settings: Settings) -> str:
    """The message without the API key, cut to what a log line may hold."""
    if settings.api.key and settings.api.key in message:
        message = message.replace(settings.api.key, "**********")
    # A character takes at most four bytes: nearly every line is known to fit without being encoded.
    if len(message) * 4 <= sizes.LOG_LINE:
        return message
    encoded = message.encode(errors="backslashreplace")
    if len(encoded) <= sizes.LOG_LINE:
        return message
    kept = encoded[: sizes.LOG_LINE - _NOTE].decode(errors="ignore")
    return f"{kept}… (cut here: the line has {len(encoded):,} bytes)"


def _shown_by_root() -> bool:
    """Whether the program configured logging itself, so that every line is on the terminal anyway."""
    handlers = logging.getLogger().handlers
    return bool(handlers) and any(getattr(handler, "stream", None) in {sys.stderr, sys.stdout} for handler in handlers)


def _takes_colors(stream: TextIO) -> bool:
    return stream.isatty() and not config.variable("NO_COLOR")
