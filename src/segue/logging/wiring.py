"""Connects the loggers with their handlers, once, when the first run (or logger) needs them."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING

from segue.host import config
from segue.logging.handlers import APILogHandler, SegueConsoleHandler
from segue.logging.run_names import RunNames

if TYPE_CHECKING:
    from segue.model.settings import Logging, Settings

#: Variables that change one value of the logging configuration: `SEGUE_LOGGING_HANDLERS_CONSOLE_LEVEL`.
PARTS = tuple(f"SEGUE_LOGGING_{part}_" for part in ("FORMATTERS", "HANDLERS", "LOGGERS", "ROOT"))

RUNS = ("segue.flow_runs", "segue.task_runs")

_console = SegueConsoleHandler()
_record = APILogHandler()
_names = RunNames()


class _Applied:
    settings: Logging | None = None
    #: What is being applied by the thread that has the guard.
    coming: Logging | None = None
    guard = threading.RLock()


def setup(settings: Settings | None = None) -> None:
    """Bring the loggers into line with the settings in force; costs nothing when they are already."""
    settings = settings if settings is not None else config.current()
    if settings.logging is _Applied.settings:
        return
    # Whoever comes meanwhile waits: what it logs before the loggers are connected would be lost.
    with _Applied.guard:
        if settings.logging is _Applied.settings or settings.logging is _Applied.coming:
            return
        _Applied.coming = settings.logging
        try:
            _apply(settings, _Applied.settings)
        finally:
            _Applied.settings, _Applied.coming = _Applied.coming, None


def _apply(settings: Settings, before: Logging | None) -> None:
    wanted = settings.logging
    for name in RUNS:
        # A filter is added once, however often it is asked for.
        logging.getLogger(name).addFilter(_names)
    if _by_file(settings):
        return
    top = logging.getLogger("segue")
    # A level that the program itself set stands.
    if top.level == logging.NOTSET or (before is not None and logging.getLevelName(top.level) == before.level):
        top.setLevel(wanted.level)
    _connect(top, _console, wanted=wanted.to_console)
    for name in RUNS:
        _connect(logging.getLogger(name), _record, wanted=True)
    for name in set(before.extra_loggers if before is not None else []) - set(wanted.extra_loggers):
        _connect(logging.getLogger(name), _record, wanted=False)
        _connect(logging.getLogger(name), _console, wanted=False)
    for name in wanted.extra_loggers:
        _adopt(logging.getLogger(name), wanted)
    if wanted.config_path:
        top.warning("the logging configuration %s is not there: the default counts", wanted.config_path)


def _by_file(settings: Settings) -> bool:
    """Whether a file of the user's, or variables that change the one shipped, set up logging; then that is done."""
    path = settings.logging.config_path or f"{settings.home}/logging.yml"
    if not os.path.exists(path) and not any(map(config.variables, PARTS)):  # noqa: PTH110 - pathlib costs an import
        return False
    from segue.logging.configuration import apply  # noqa: PLC0415 - a door: few programs bring a file

    apply(path)
    for name in (*RUNS, *settings.logging.extra_loggers):
        _connect(logging.getLogger(name), _record, wanted=True)
    return True


def _adopt(logger: logging.Logger, wanted: Logging) -> None:
    """Let the lines of somebody else's logger belong to the run that logs them; its level is for the program to set."""
    shown = any(handler not in (_console, _record) for handler in logger.handlers)
    _connect(logger, _record, wanted=True)
    _connect(logger, _console, wanted=wanted.to_console and not shown)


def _connect(logger: logging.Logger, handler: logging.Handler, *, wanted: bool) -> None:
    if wanted and handler not in logger.handlers:
        logger.addHandler(handler)
    elif not wanted:
        logger.removeHandler(handler)


def _forked() -> None:
    # The thread that had it may not be in the child.
    _Applied.guard, _Applied.coming = threading.RLock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
