"""`log_prints`: what user code prints becomes a log line of its run."""

from __future__ import annotations

import builtins
import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from segue.engine.lives import FlowLife, TaskLife, current_flow, current_task
from segue.host import config

_plain: Callable[..., None] = builtins.print
_guard = threading.Lock()


class _Patch:
    #: How many runs want prints captured at this moment.
    wanted = 0
    before: Callable[..., None] = _plain


def captures(life: FlowLife | TaskLife) -> bool:
    """Whether this run's prints become log lines: what it says itself, else what surrounds it says, else the setting."""
    at: FlowLife | TaskLife | None = life
    while at is not None:
        choice = getattr(at.spec.face, "log_prints", None)
        if choice is not None:
            return bool(choice)
        at = at.flow if isinstance(at, TaskLife) else at.parent
    return config.current().logging.log_prints


@contextmanager
def patch_print() -> Iterator[None]:
    """Let `print` be `print_as_log` inside a `with` block; blocks of several threads may overlap."""
    with _guard:
        if _Patch.wanted == 0:
            _Patch.before = builtins.print
            builtins.print = print_as_log
        _Patch.wanted += 1
    try:
        yield
    finally:
        with _guard:
            _Patch.wanted -= 1
            # Somebody else may have put a `print` of their own over ours meanwhile: that one stays.
            if _Patch.wanted == 0 and builtins.print is print_as_log:
                builtins.print = _Patch.before


def print_as_log(*args: Any, **kwargs: Any) -> None:
    """Print; in a run that captures prints, log the text at level INFO instead (other files than stdout and stderr excepted)."""
    life = current_task.get() or current_flow.get()
    if life is None or kwargs.get("file") not in (None, sys.stdout, sys.stderr) or not captures(life):
        _Patch.before(*args, **kwargs)
        return
    text = io.StringIO()
    _plain(*args, **{**kwargs, "file": text})
    name = "segue.task_runs" if isinstance(life, TaskLife) else "segue.flow_runs"
    logging.getLogger(name).info("%s", text.getvalue().rstrip(), extra={"life": life}, stacklevel=2)
