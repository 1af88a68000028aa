"""The whole HTTP side put together: the API below `/api`, and what belongs to it from its start to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from segue.backend.embedded import EmbeddedBackend
from segue.server.api import Api
from segue.server.feed import Feed
from segue.server.guard import Guard
from segue.server.listening import Listening
from segue.server.reaper import Reaper
from segue.server.wakeups import Wakeups
from segue.wire.leases import LEASE_LISTEN
from segue.wire.table import OPERATIONS

#: Threads that read: more than the machine's cores, because a read may wait for the disk.
_READERS = 8


def build_app(backend: EmbeddedBackend, guard: Guard, *, version: str, kept: timedelta | None = None) -> Starlette:
    """Make the application over an opened database; `kept`: how long the feed is kept, without end when not given."""
    readers = ThreadPoolExecutor(_READERS, thread_name_prefix="segue-reader")
    wakeups = Wakeups(backend)
    listening = Listening(backend, wakeups, readers)
    reaper = Reaper(backend)
    feed = Feed(backend, wakeups, readers, kept=kept)

    def drain() -> None:
        listening.close()
        feed.close()

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        app.state.drain = drain
        wakeups.start()
        reaper.start()
        yield
        drain()
        await asyncio.to_thread(reaper.stop)
        wakeups.close()
        readers.shutdown(wait=True)
        backend.close()

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "version": version})

    return Starlette(
        routes=[
            Route("/api/health", health),
            Mount(
                "/api", app=Api(OPERATIONS.values(), backend, guard, readers, {LEASE_LISTEN.name: listening.news}, feed)
            ),
        ],
        lifespan=life,
    )
