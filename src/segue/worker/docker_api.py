"""The API of a container engine, as far as a worker needs it: over a Unix socket or TCP, with the standard library alone."""

from __future__ import annotations

import http.client
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from segue.model.errors import SegueError

#: Understood by every engine since 2020, podman's included.
VERSION = "v1.40"
#: Seconds for an answer that is not waited for.
_TIMEOUT = 60.0


class EngineProblem(SegueError):
    """The container engine at {url} cannot be used: {why}."""

    code = "docker.engine"
    status = 503


class EngineRefused(SegueError):
    """The container engine refused this: {why}"""  # noqa: D400 - it ends with the engine's own words

    code = "docker.refused"

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        #: HTTP status of the engine's answer.
        self.answered = int(str(facts.get("status", 500)))


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """One container engine; usable from every thread, a connection for each question."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._place = urlsplit(url)
        if self._place.scheme not in {"unix", "tcp", "http"}:
            raise EngineProblem(url=url, why="its address must begin with unix://, tcp:// or http://")

    def ask(
        self, method: str, path: str, body: object = None, *, timeout: float | None = _TIMEOUT, **query: object
    ) -> Any:
        """Ask and return the JSON of the answer; raises `EngineProblem`, `EngineRefused`."""
        connection, answer = self._asked(method, path, body, timeout=timeout, query=query)
        try:
            text = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            raise EngineProblem(url=self.url, why=str(problem) or type(problem).__name__) from problem
        finally:
            connection.close()
        try:
            return msgspec.json.decode(text) if text.strip() else None
        except msgspec.DecodeError:
            return None

    def lines(self, method: str, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Yield the JSON lines of an answer that goes on for long."""
        connection, answer = self._asked(method, path, None, timeout=None, query=query)
        try:
            for line in answer:
                if line.strip():
                    yield msgspec.json.decode(line)
        finally:
            connection.close()

    def output(self, path: str, **query: object) -> Iterator[tuple[int, bytes]]:
        """Yield what a container without a terminal prints: 1 or 2 for its standard output or error, and a piece of it."""
        connection, answer = self._asked("GET", path, None, timeout=None, query=query)
        try:
            while len(head := answer.read(8)) == 8:
                stream, size = struct.unpack(">BxxxI", head)
                yield stream, answer.read(size)
        finally:
            connection.close()

    def _asked(
        self, method: str, path: str, body: object, *, timeout: float | None, query: Mapping[str, object]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = self._connection(timeout)
        target = f"/{VERSION}{quote(path)}"
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        data = None if body is None else msgspec.json.encode(body)
        try:
            connection.request(
                method, f"{target}?{asked}" if asked else target, data,
                {"Content-Type": "application/json"} if data is not None else {},
            )  # fmt: skip
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            raise EngineProblem(url=self.url, why=str(problem) or type(problem).__name__) from problem
        if answer.status >= 400:
            text = answer.read().decode(errors="replace")
            connection.close()
            raise EngineRefused(why=_words(text), status=answer.status)
        return connection, answer

    def _connection(self, timeout: float | None) -> http.client.HTTPConnection:
        if self._place.scheme == "unix":
            return _SocketConnection(self._place.path, timeout)
        return http.client.HTTPConnection(
            self._place.hostname or "localhost", self._place.port or 2375, timeout=timeout
        )


def _words(text: str) -> str:
    try:
        told = msgspec.json.decode(text)
        return str(told["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return text.strip()[:500]
