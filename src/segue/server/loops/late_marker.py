"""The late marker: names runs Late that nobody has begun although their time has come."""

from __future__ import annotations

import logging
from typing import ClassVar

from segue.backend.protocol import Backend
from segue.server.loops.loop import Loop
from segue.wire.late import LATE_FIND, LATE_MARK, FindLate, MarkLate

_log = logging.getLogger("segue.server")

#: Runs that are marked in one commit at most.
_SOME = 200


class LateMarker(Loop):
    """Marks late runs; several servers at it mark each run once."""

    name: ClassVar[str] = "late marker"
    purpose: ClassVar[str] = "names runs late that nobody has begun"

    def __init__(self, backend: Backend, after: float, every: float = 5.0) -> None:
        super().__init__(every)
        self._backend = backend
        #: Seconds.
        self._after = after

    def turn(self) -> None:
        """Mark what is late now; nothing is written when nothing is."""
        marked = 0
        while ids := self._backend.call(LATE_FIND, FindLate(after=self._after, limit=_SOME)).ids:
            marked += len(self._backend.call(LATE_MARK, MarkLate(ids=ids, after=self._after)).ids)
            self.beat()
            if len(ids) < _SOME:
                break
        if marked:
            _log.info("%d flow runs are late.", marked)
