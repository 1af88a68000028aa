"""The API without a port: one request, answered in this process over the database that its runs use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

from msgspec import Struct

from segue.backend.embedded import EmbeddedBackend
from segue.model.settings import Retention
from segue.server.app import build_app
from segue.server.draining import Draining
from segue.server.entrance import Entrance

Message = MutableMapping[str, Any]
_HOST = "localhost"


class Request(Struct, frozen=True):
    """What is asked; `target` is the path below `/api`, with its query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None


def answer(
    backend: EmbeddedBackend,
    person: str,
    request: Request,
    *,
    begun: Callable[[int, dict[str, str]], object],
    read: Callable[[bytes], object],
) -> None:
    """Answer a request in the name of a person: `begun` is told status and headers, `read` each part of the body.

    The backend is closed afterwards.
    """
    app = build_app(backend, Entrance(own=True, person=person), Draining(), keep=Retention(), tended=False)
    path, _, query = request.target.partition("?")
    headers = {"host": _HOST, **request.headers}
    scope: Message = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": request.method,
        "path": f"/api{path}", "raw_path": f"/api{path}".encode("latin-1"), "root_path": "",
        "query_string": query.encode("latin-1"), "server": (_HOST, 0), "client": (_HOST, 0),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
    }  # fmt: skip

    async def exchange() -> None:
        asked = False

        async def receive() -> Message:
            nonlocal asked
            if asked:
                # The client is this process: it goes when the process is interrupted.
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": request.body or b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
                begun(message["status"], found)
            elif message["body"]:
                read(message["body"])

        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(exchange())
