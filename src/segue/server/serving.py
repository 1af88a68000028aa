"""A server from its start to its end, in the foreground."""

from __future__ import annotations

import socket
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette

from segue.backend.open import open_backend
from segue.host.person import user_name
from segue.model.errors import SegueError
from segue.model.settings import Settings
from segue.server.app import build_app
from segue.server.guard import LOOPBACK, Guard


class OpenToAll(SegueError):
    """A server without accounts listens on this machine only (127.0.0.1), not on {host}: anybody there could do everything."""

    code = "server.open-to-all"
    status = 409


class Draining(uvicorn.Server):
    """Lets those go who wait or listen before it waits for requests to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End with grace."""
        app = self.config.app
        if isinstance(app, Starlette) and self.started:
            app.state.drain()
        await super().shutdown(sockets)


def serve(settings: Settings, *, version: str, host: str, port: int, log_level: str) -> None:
    """Serve the database of the settings until the process is asked to end; raises `OpenToAll` for other machines' sake."""
    if host not in LOOPBACK:
        raise OpenToAll(host=host)
    backend = open_backend(settings.database.url, settings.home, secret_key=settings.secret_key)
    days = settings.retention.events_days
    kept = timedelta(days=days) if days is not None else None
    app = build_app(backend, Guard(LOOPBACK, user_name()), version=version, kept=kept)
    config = uvicorn.Config(
        app, host=host, port=port, log_level=log_level.lower(), access_log=False, server_header=False, lifespan="on",
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    Draining(config).run()
