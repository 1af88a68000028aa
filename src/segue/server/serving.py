"""One process of a server, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn

from segue.backend.open import open_backend
from segue.host.person import user_name
from segue.host.signals import ENDING, answered
from segue.host.tracing import name_service
from segue.server.app import build_app
from segue.server.draining import Draining
from segue.server.figures.shares import Shares
from segue.server.joining import JoiningProtocol
from segue.server.plan import Plan

_log = logging.getLogger("segue.server")

#: Seconds for requests and streams to end after the first signal, and for everything.
_GRACE, _BOUND = 5, 10.0
#: Seconds for which a silent connection is kept: workers speak every half minute, and a new connection costs more than a request.
_KEPT = 75
#: Seconds between two looks at whether every connection has ended.
_LOOK = 0.01


class Server(uvicorn.Server):
    """Ends with grace at the first signal, at once at the second, and in bounded time in any case."""

    def __init__(self, config: uvicorn.Config, draining: Draining, *, started: Callable[[], object]) -> None:
        super().__init__(config)
        self._draining = draining
        self._when_started = started
        #: Hears that it is asked to end, while it serves.
        self._called: Callable[[], object] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve and say so."""
        await super().startup(sockets)
        self._when_started()

    async def main_loop(self) -> None:
        """Serve until it is asked to end, which it hears at once and not at its next tick."""
        ticking = asyncio.ensure_future(super().main_loop())
        self._called = partial(asyncio.get_running_loop().call_soon_threadsafe, ticking.cancel)
        # Whoever asked before could not be heard.
        if self.should_exit:
            ticking.cancel()
        await asyncio.wait([ticking])
        if not ticking.cancelled():
            ticking.result()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, let what was begun end, write what waits."""
        self._draining.begin()
        for each in (*self.servers, *(sockets or ())):
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        # As uvicorn does, but for its pauses of a tenth of a second: whoever ends a server waits for that.
        try:
            await asyncio.wait_for(self._over(), self.config.timeout_graceful_shutdown)
        except TimeoutError:
            _log.error("Requests without an answer when the server ended: %d.", len(self.server_state.tasks))
            for task in self.server_state.tasks:
                task.cancel()
        if not self.force_exit:
            await self.lifespan.shutdown()

    async def _over(self) -> None:
        """Wait until every connection has ended."""
        while (self.server_state.connections or self.server_state.tasks) and not self.force_exit:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(_LOOK)
        for each in self.servers:
            await each.wait_closed()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Answer signals while the server serves; the process ends with 0 after a graceful end."""
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with answered(lambda *_: self.end(), insisted=_at_once, numbers=ENDING[:1] if ignored else ENDING):
            yield

    def end(self) -> None:
        """Begin the end, and give up after a while; safe from every thread."""
        self.ask()
        bound = threading.Timer(_BOUND, _give_up)
        bound.daemon = True
        bound.start()

    def ask(self) -> None:
        """Begin the end; safe from every thread."""
        self.should_exit = True
        # It may have ended meanwhile.
        with contextlib.suppress(RuntimeError):
            self._called()


def _at_once(number: signal.Signals) -> None:
    os._exit(128 + number)


def _give_up() -> None:
    _log.error("The server did not end within %g s: it is ended.", _BOUND)
    # Everything acknowledged is on disk; what is not was not.
    os._exit(1)


def serve(plan: Plan, *, ready: Callable[[], object]) -> None:
    """Serve until the process is asked to end; `ready` is called when requests are answered.

    Raises `StorageProblem` when the database cannot be used.
    """
    name_service("segue-server")
    backend = open_backend(plan.database_url, plan.home, secret_key=plan.secret_key)
    draining = Draining()
    shares = None if plan.figures is None else Shares(plan.figures, plan.number)
    app = build_app(
        backend,
        plan.entrance(user_name()),
        draining,
        keep=plan.retention,
        settings=plan.server,
        shares=shares,
        version=plan.version,
        pages=plan.pages,
        url=plan.ui_url or plan.url,
    )
    config = uvicorn.Config(
        app, http=JoiningProtocol, log_config=None, access_log=False, server_header=False, lifespan="on",
        proxy_headers=bool(plan.proxies), forwarded_allow_ips=plan.proxies, ssl_certfile=plan.certificate,
        ssl_keyfile=plan.certificate_key, timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=_KEPT,
    )  # fmt: skip
    server = Server(config, draining, started=ready)
    if plan.lifeline is not None:
        threading.Thread(target=_watch, args=(plan.lifeline, server), name="segue-lifeline", daemon=True).start()
    server.run(sockets=[socket.socket(fileno=plan.socket)])


def _watch(lifeline: int, server: Server) -> None:
    """End when the first process is gone: nothing is ever written into the pipe, so reading returns at its end."""
    os.read(lifeline, 1)
    server.end()
