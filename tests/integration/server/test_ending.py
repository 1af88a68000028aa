"""The end of a server: heard at once, with an answer for whoever still waits for one, and not put off by who never gets one."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from segue.server.draining import Draining
from segue.server.serving import Server

SECONDS = 30


class Deaf(Server):
    """Its ticks take for ever."""

    async def on_tick(self, counter: int) -> bool:
        await super().on_tick(counter)
        await asyncio.Event().wait()
        return False


class Slow:
    """An application whose one answer comes when it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.cut = threading.Event()
        self._go = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def go(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._go.set)

    async def __call__(self, _scope: object, _receive: object, send: Callable[[dict[str, Any]], Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self.asked.set()
        try:
            await self._go.wait()
        except asyncio.CancelledError:
            self.cut.set()
            raise
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def serving(kind: type[Server], application: Slow, draining: Draining, *, grace: int) -> Iterator[tuple[Server, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        begun = threading.Event()
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=grace,
            proxy_headers=False,
        )
        server = kind(config, draining, started=begun.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert begun.wait(SECONDS)
        yield server, listener.getsockname()[1]
        thread.join(SECONDS)
        assert not thread.is_alive()


def answer(port: int, found: list[object]) -> threading.Thread:
    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            link.request("GET", "/")
            found.append(link.getresponse().read())
        except (OSError, http.client.HTTPException) as problem:
            found.append(problem)
        finally:
            link.close()

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_the_end_is_not_heard_at_the_next_tick_alone() -> None:
    with serving(Deaf, Slow(), Draining(), grace=5) as (server, port), socket.create_connection(("127.0.0.1", port)):
        server.ask()
    # Asked once more, when nobody is there to hear it.
    server.ask()


def test_who_was_being_answered_gets_the_answer_and_nobody_else_is_let_in() -> None:
    application, draining, found = Slow(), Draining(), list[object]()
    told = threading.Event()
    draining.then(told.set)
    with serving(Server, application, draining, grace=SECONDS) as (server, port):
        asking = answer(port, found)
        assert application.asked.wait(SECONDS)
        server.ask()
        assert told.wait(SECONDS)
        while is_open(port):
            pass
        application.go()
        asking.join(SECONDS)
    assert found == [b"ok"]


def test_what_takes_longer_than_it_may_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    application, found = Slow(), list[object]()
    with serving(Server, application, Draining(), grace=1) as (server, port):
        asking = answer(port, found)
        assert application.asked.wait(SECONDS)
        server.ask()
        asking.join(SECONDS)
    assert application.cut.is_set()
    assert found != [b"ok"]
    assert "Requests without an answer when the server ended: 1." in [each.getMessage() for each in caplog.records]
