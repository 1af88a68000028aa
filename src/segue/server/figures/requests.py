"""Requests that a server answered: how many, how they ended, how long they took."""

from __future__ import annotations

from segue.backend.histograms import Histogram
from segue.server.figures.exposition import Family, counter, histogram

#: The name under which requests are counted that asked for nothing there is.
NOTHING = "none"


class Answered:
    """Counts the requests of one process; told on its event loop, read in any thread."""

    def __init__(self) -> None:
        self._ended: dict[tuple[str, int], int] = {}
        self._took: dict[str, Histogram] = {}

    def count(self, operation: str, status: int, seconds: float | None) -> None:
        """One was answered; `seconds`: None where the answer waited for something to happen, or is a stream."""
        key = (operation, status)
        self._ended[key] = self._ended.get(key, 0) + 1
        if seconds is not None:
            took = self._took.get(operation)
            if took is None:
                took = self._took[operation] = Histogram()
            took.observe(seconds)

    def families(self) -> list[Family]:
        """Return what was counted."""
        ended = counter("segue_requests_total", "Requests answered, by operation and HTTP status.")
        for (operation, status), many in sorted(self._ended.copy().items()):
            ended.add(many, operation=operation, status=str(status))
        took = histogram(
            "segue_request_duration_seconds",
            "Time from a whole request to its answer; streams and long polls left out.",
        )
        for operation, spread in sorted(self._took.copy().items()):
            took.spread(spread, operation=operation)
        return [ended, took]
