"""The keeper: lets a service have its next run when the last one is over."""

from __future__ import annotations

import logging
from typing import ClassVar

from segue.backend.protocol import Backend
from segue.model.errors import SegueError
from segue.server.loops.loop import Loop
from segue.wire.keeping import KEPT_BEGIN, KEPT_FIND, BeginAgain, FindEnded

_log = logging.getLogger("segue.server")


class Keeper(Loop):
    """Begins services again; several servers at it begin each once."""

    name: ClassVar[str] = "keeper"
    purpose: ClassVar[str] = "begins again what is kept running"

    def __init__(self, backend: Backend, every: float = 2.0) -> None:
        super().__init__(every)
        self._backend = backend

    def turn(self) -> None:
        """Begin what is over; nothing is written when nothing is."""
        for id in self._backend.call(KEPT_FIND, FindEnded()).ids:
            try:
                self._backend.call(KEPT_BEGIN, BeginAgain(deployment_id=id))
            except SegueError as problem:
                # The others go on; this one is tried again with the next turn.
                _log.error("Deployment %s cannot be kept running: %s", id, problem)
            self.beat()
