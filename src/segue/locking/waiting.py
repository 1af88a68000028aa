"""Waiting for a lock, once for threads and for event loops: `script` yields how long to wait at most before looking again."""

from __future__ import annotations

from collections.abc import Callable, Generator

from segue.host.clock import monotonic

Waits = Generator[float | None, None, bool]


def until(look: Callable[[], bool], timeout: float | None, longest: Callable[[], float | None]) -> Waits:
    """Look until `look` is true; False when `timeout` seconds passed first.

    Between two looks it yields the longest wait: until the time is up, or what `longest` allows.
    """
    deadline = None if timeout is None else monotonic() + timeout
    while not look():
        bounds = [longest()]
        if deadline is not None:
            left = deadline - monotonic()
            if left <= 0:
                return False
            bounds.append(left)
        yield min((bound for bound in bounds if bound is not None), default=None)
    return True
