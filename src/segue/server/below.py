"""Everything below one path, byte by byte as it was sent: a decoded path could be another one, and may hold line breaks."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send


class WithBelow(Starlette):
    """Hands every request below a path to one application, which answers errors itself; what is elsewhere is routed.

    It goes there directly: the layers of a routed request cost as much as a tenth of one.
    """

    def __init__(self, path: str, below: ASGIApp, routes: Sequence[BaseRoute], lifespan: Lifespan[Starlette]) -> None:
        super().__init__(routes=routes, lifespan=lifespan)
        self._path = path
        self._prefix = f"{path}/".encode("latin-1")
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["raw_path"].startswith(self._prefix):
            scope["root_path"] = self._path
            await self._below(scope, receive, send)
            return
        await super().__call__(scope, receive, send)
