"""The live stream of a server as its messages arrive, gone on from where it broke off."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

from msgspec import Struct

from segue.backend.links import Unanswered, words

#: With which a server lets a listener go, to go on when it asks again.
_ENDS = frozenset({"dropped", "bye"})


class Message(Struct, frozen=True):
    """One message of a live stream."""

    #: `hello`, `run`, `event`, `log`, `counters`, `gap`, `dropped` or `bye`.
    kind: str
    #: The place behind it, to go on from.
    id: str
    data: bytes


class Listening:
    """An answer that goes on for as long as somebody listens."""

    def __init__(self, link: socket.socket, response: http.client.HTTPResponse) -> None:
        self._link = link
        self._response = response
        self.status = response.status
        self.retry_after = response.getheader("retry-after")

    def read(self) -> bytes:
        """Return the whole of an answer that ends by itself."""
        try:
            return self._response.read()
        except (OSError, http.client.HTTPException) as problem:
            raise Unanswered(words(problem), unsure=False) from problem

    def messages(self) -> Iterator[Message]:
        """Yield messages until the server lets the listener go; raises `Unanswered` when it is cut, or silent for too long."""
        told: dict[str, bytes] = {}
        while line := self._line():
            name, colon, value = line.rstrip(b"\r\n").partition(b": ")
            if colon and name:
                told[name.decode()] = value
            elif not name and told:
                kind = told.get("event", b"").decode()
                yield Message(kind, told.get("id", b"").decode(), told.get("data", b""))
                if kind in _ENDS:
                    return
                told = {}
        raise Unanswered("the connection was cut", unsure=False)

    def _line(self) -> bytes:
        try:
            return self._response.readline()
        except TimeoutError as problem:
            raise Unanswered("it is silent", unsure=False) from problem
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise Unanswered(words(problem), unsure=False) from problem

    def close(self) -> None:
        """Listen no longer."""
        self._response.close()
        self._link.close()
