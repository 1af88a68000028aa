"""The pause ender: lets runs fail that were paused and that nobody resumed in time."""

from __future__ import annotations

import logging
from typing import ClassVar

from segue.backend.protocol import Backend
from segue.server.loops.loop import Loop
from segue.wire.pauses import PAUSES_END, PAUSES_FIND, EndPauses, FindOverdue

_log = logging.getLogger("segue.server")

#: Runs that are ended in one commit at most.
_SOME = 200


class PauseEnder(Loop):
    """Ends pauses whose time has passed; several servers at it end each once."""

    name: ClassVar[str] = "pause ender"
    purpose: ClassVar[str] = "ends pauses that took too long"

    def __init__(self, backend: Backend, every: float = 5.0) -> None:
        super().__init__(every)
        self._backend = backend

    def turn(self) -> None:
        """End what is over now; nothing is written when nothing is."""
        ended = 0
        while ids := self._backend.call(PAUSES_FIND, FindOverdue(limit=_SOME)).ids:
            ended += len(self._backend.call(PAUSES_END, EndPauses(ids=ids)).ids)
            self.beat()
            if len(ids) < _SOME:
                break
        if ended:
            _log.info("%d flow runs were paused and never resumed.", ended)
