"""Long polls of the holders of leases: each is answered when it has news."""

from __future__ import annotations

from concurrent.futures import Executor

from segue.backend.embedded import EmbeddedBackend
from segue.server.room import Room
from segue.server.wakeups import Wakeups
from segue.service.hearing import news
from segue.wire.leases import LONGEST_LISTEN, Listen, News


class Listening(Room[Listen, News]):
    """Holds the listeners of one server; used on its event loop."""

    def __init__(self, backend: EmbeddedBackend, wakeups: Wakeups, readers: Executor) -> None:
        super().__init__(backend, wakeups, readers, news, News())

    async def news(self, request: Listen) -> News:
        """Return what the listener must know, as soon as there is anything; nothing when its time is over."""
        return await self.answer(request, min(max(request.seconds, 0.0), LONGEST_LISTEN))
