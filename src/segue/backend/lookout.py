"""Looks for lost runs now and then, beside other work."""

from __future__ import annotations

import logging

from segue.backend.protocol import Backend
from segue.backend.reaper import Reaper
from segue.host.clock import monotonic
from segue.model.errors import SegueError

_log = logging.getLogger("segue.backend")

#: Seconds between two looks at the processes of a database.
EVERY = 5.0


class Lookout:
    """Has a reaper look when it is called, if it has not looked lately."""

    def __init__(self, backend: Backend) -> None:
        self._reaper = Reaper(backend)
        self._looked: float | None = None

    def look(self) -> None:
        """Close the runs of processes that are gone; what is in the way is told to the log."""
        now = monotonic()
        if self._looked is not None and now - self._looked < EVERY:
            return
        self._looked = now
        try:
            self._reaper.look()
        except SegueError as error:
            # What is there can be read all the same.
            _log.warning("runs of dead processes could not be closed: %s", error)
