"""Everything below one path, byte by byte as it was sent: a decoded path could be another one, and may hold line breaks."""

from __future__ import annotations

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send


class Below(BaseRoute):
    """Hands every request below a path to one application."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        self._path = path
        self._prefix = f"{path}/".encode("latin-1")
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is below the path."""
        mine = scope["type"] == "http" and scope["raw_path"].startswith(self._prefix)
        return (Match.FULL, {"root_path": self._path}) if mine else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on."""
        await self._app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Name no paths: the table of operations does."""
        raise NoMatchFound(name, path_params)
