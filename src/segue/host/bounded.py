"""Calls that may not take longer than so many lines of Python: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

from segue.model.errors import SegueError

T = TypeVar("T")


class TooLong(SegueError, RuntimeError):
    """It took more than {lines:,} steps and was stopped."""

    code = "bounded.too-long"
    status = 422


def bounded(function: Callable[[], T], *, lines: int) -> T:
    """Call a function, which may run so many lines of Python, those it calls included; raises `TooLong`."""
    left = lines

    def count(_frame: FrameType, event: str, _arg: Any) -> Callable[..., Any]:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                raise TooLong(lines=lines)
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        return function()
    finally:
        sys.settrace(before)
