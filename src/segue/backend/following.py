"""The live stream of a server as its messages arrive, gone on from where it broke off."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import msgspec
from msgspec import Struct

from segue.backend.links import Unanswered, words
from segue.backend.outage import Away, Patience
from segue.wire.live import StreamQuery

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

    def interrupt(self) -> None:
        """Let whoever waits for a message, in another thread, wait no longer."""
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Listen no longer."""
        self._response.close()
        self._link.close()


class Following:
    """The messages of a live stream, one after the other and for ever: what breaks off is gone on with.

    Iterated by one thread, and closed by any. Iterating raises what the first attempt met, repeated as often as a call is; later
    ones are repeated for ever, or `attempts` times in a row.
    """

    def __init__(
        self,
        query: StreamQuery,
        listen: Callable[[StreamQuery], Listening],
        away: Callable[[Unanswered], Away],
        patience: Patience,
        *,
        attempts: int | None = None,
    ) -> None:
        self._query = query
        self._listen = listen
        self._away = away
        self._patience = patience
        self._attempts = attempts
        self._listening: Listening | None = None
        self._ended = threading.Event()

    def __iter__(self) -> Iterator[Message]:
        attempt = 0
        most: int | None = self._patience.retries if self._attempts is None else self._attempts
        while not self._ended.is_set():
            try:
                for message in self._heard():
                    attempt, most = 0, self._attempts
                    self._query = msgspec.structs.replace(self._query, after=message.id)
                    yield message
            except (Away, Unanswered) as problem:
                if self._ended.is_set():
                    return
                away = problem if isinstance(problem, Away) else self._away(problem)
                if most is not None and attempt >= most:
                    raise away.problem from away
                self._ended.wait(self._patience.pause(attempt, away.retry_after))
                attempt += 1

    def _heard(self) -> Iterator[Message]:
        with closing(self._listen(self._query)) as listening:
            self._listening = listening
            # Closed meanwhile: nobody else saw what there is to interrupt.
            if not self._ended.is_set():
                yield from listening.messages()

    def close(self) -> None:
        """Follow no longer: whoever iterates is done at once."""
        self._ended.set()
        listening = self._listening
        if listening is not None:
            listening.interrupt()
