"""A witness of every answer of a server under test: none may be given that the description of the API does not know."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from segue.wire.routes import Routes
from segue.wire.table import OPERATIONS
from tools.openapi import codes

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class Witness:
    """Stands before an application and remembers problems that are not documented for their operation."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._routes = Routes(OPERATIONS.values())
        self.undocumented: set[str] = set()

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Pass everything on."""
        status = 0

        async def listened(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and status >= 400:
                self._note(scope, status, message["body"])
            await send(message)

        await self._app(scope, receive, listened if scope["type"] == "http" else send)

    def _note(self, scope: Message, status: int, body: bytes) -> None:
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        below = path.startswith("/api/")
        path = path.removeprefix("/api") if below else path
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        found = self._routes.find(path, method)
        if (
            found is None
            or found.route is None
            or not (found.route.operation.below if below else found.route.operation.at_root)
        ):
            return
        code = json.loads(body)["code"] if body else None
        known = codes(found.route.operation)
        if status not in known or (code is not None and code not in known[status]):
            self.undocumented.add(f"{found.route.operation.name}: {status} {code}")
