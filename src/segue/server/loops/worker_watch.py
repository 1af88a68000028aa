"""The worker watch: tells the feed of workers that went away without a word."""

from __future__ import annotations

import logging
from typing import ClassVar

from segue.backend.embedded import EmbeddedBackend
from segue.server.loops.loop import Loop
from segue.service import workers

_log = logging.getLogger("segue.server")

#: Workers that are told of in one commit at most.
_SOME = 200


class WorkerWatch(Loop):
    """Tells of each lost worker, and of its pool if nobody else is there; of several servers one does."""

    name: ClassVar[str] = "worker watch"
    purpose: ClassVar[str] = "tells of workers that are gone"

    def __init__(self, backend: EmbeddedBackend, every: float = 5.0) -> None:
        super().__init__(every)
        self._backend = backend

    def turn(self) -> None:
        """Tell of those that are gone; nothing is written when nobody is."""
        while lost := self._backend.look(lambda session: workers.find_lost(session, _SOME)):
            if told := self._backend.do("workers.lose", workers.lose, lost):
                _log.warning("%d workers are gone without having said so.", told)
            self.beat()
            if len(lost) < _SOME:
                break
