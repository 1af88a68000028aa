"""Commits noticed where the database tells nobody: by a number that is another after each."""

from __future__ import annotations

import threading
from collections.abc import Callable

from segue.host.clock import monotonic

#: Seconds between two looks.
_LOOK = 0.050


class NumberWatch:
    """Notices commits by looking, again and again, at a number that they change."""

    def __init__(self, number: Callable[[], object], close: Callable[[], object]) -> None:
        self._number = number
        self._close = close
        self._pause = threading.Event()
        self._seen = number()

    def wait(self, seconds: float) -> bool:
        """Return True as soon as something was committed since the last call; False when the time is over."""
        end = monotonic() + seconds
        while (number := self._number()) == self._seen:
            left = end - monotonic()
            if left <= 0:
                return False
            self._pause.wait(min(left, _LOOK))
        self._seen = number
        return True

    def close(self) -> None:
        """Close the connection that is its own."""
        self._close()
