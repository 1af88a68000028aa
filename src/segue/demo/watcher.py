"""Renews a view while the flow runs, from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from segue.demo.progress import Stage
from segue.demo.view import View
from segue.host import clock

#: Fast enough to look alive, rare enough to cost nothing.
SECONDS = 0.1


class Watcher:
    """Looks and shows, again and again, inside a `with` block, and once more at its end."""

    def __init__(self, view: View, look: Callable[[], list[Stage]]) -> None:
        self._view = view
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="segue-demo-view", daemon=True)

    def __enter__(self) -> Watcher:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show how it ended."""
        self.stop()

    def stop(self) -> None:
        """Show the present state for the last time; safe to call twice."""
        if self._over.is_set():
            return
        self._over.set()
        self._thread.join()
        self._view.show(self._look(), clock.now())
        self._view.close()

    def _watch(self) -> None:
        while not self._over.wait(SECONDS):
            self._view.show(self._look(), clock.now())
