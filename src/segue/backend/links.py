"""Connections to a server: HTTP/1.1 kept alive, a few for each process, used by one thread at a time.

Over the standard library's own parser of answers: a client library would cost every process that speaks to a server as much time
as everything else at its start. A failure says whether the server may have done what it was asked.
"""

from __future__ import annotations

import http.client
import select
import socket
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from segue.model.errors import BadRequest

if TYPE_CHECKING:
    import ssl

#: Seconds to wait for a connection.
_CONNECT = 5.0
#: Connections kept for later.
_KEPT = 4


class Answer(Struct, frozen=True):
    """What a server answered."""

    status: int
    body: bytes
    retry_after: str | None
    type: str


class Unanswered(Exception):
    """There was no answer; `unsure` when the server may have done what it was asked all the same."""

    def __init__(self, why: str, *, unsure: bool) -> None:
        super().__init__(why)
        self.unsure = unsure


class Place(Struct, frozen=True):
    """Where a server is, understood from an address such as `https://host:4747/api`."""

    secure: bool
    host: str
    port: int
    #: The path below which the API lies, without a slash at its end.
    root: str

    @property
    def name(self) -> str:
        """Host and port as a request names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Understand an address; raises `BadRequest`."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1:
        message = f"SEGUE_API_URL is {url!r}; it must be like http://127.0.0.1:4747/api."
        raise BadRequest(message)
    secure = parts.scheme == "https"
    return Place(secure, parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/"))


class Links:
    """The connections of a process to one server; safe from every thread."""

    def __init__(self, place: Place, *, certificates: str | None = None, unverified: bool = False) -> None:
        self.place = place
        self._certificates = certificates
        self._unverified = unverified
        # Appending and popping are atomic: no lock that an exception thrown into a thread could leave taken.
        self._idle: list[socket.socket] = []
        self._busy: set[socket.socket] = set()
        self._closed = False

    def exchange(
        self, method: str, target: str, headers: str, body: bytes | None, *, timeout: float, repeatable: bool
    ) -> Answer:
        """Send a request and return its answer; raises `Unanswered`.

        `repeatable`: the answer is the same when it was done before, so that it may be sent again at once over a new connection.
        """
        head = (
            f"{method} {self.place.root}{target} HTTP/1.1\r\nhost: {self.place.name}\r\n{headers}"
            f"content-length: {len(body or b'')}\r\n\r\n"
        )
        data = head.encode("latin-1") + (body or b"")
        link = self._take()
        if link is not None:
            answer = self._try(link, method, data, timeout, kept=repeatable)
            if answer is not None:
                return answer
        answer = self._try(self._connect(), method, data, timeout, kept=False)
        if answer is None:
            raise Unanswered("the connection was closed before it answered", unsure=True)
        return answer

    def begin(self, target: str, headers: str, *, timeout: float) -> tuple[socket.socket, http.client.HTTPResponse]:
        """Ask over a connection of its own for an answer that is read bit by bit, none of which is longer away than `timeout`."""
        link = self._connect()
        response = http.client.HTTPResponse(link, method="GET")
        try:
            link.settimeout(timeout)
            head = f"GET {self.place.root}{target} HTTP/1.1\r\nhost: {self.place.name}\r\n{headers}\r\n"
            link.sendall(head.encode("latin-1"))
            response.begin()
        except (OSError, http.client.HTTPException, ValueError) as problem:
            response.close()
            link.close()
            raise Unanswered(words(problem), unsure=False) from problem
        return link, response

    def close(self) -> None:
        """Close every connection, those in use as well."""
        self._closed = True
        for link in [*self._idle, *list(self._busy)]:
            _end(link)
        self._idle.clear()

    def abandon(self) -> None:
        """Forget the connections in a forked child: they are its parent's."""
        for link in [*self._idle, *list(self._busy)]:
            link.close()
        self._idle, self._busy = [], set()

    def _take(self) -> socket.socket | None:
        while self._idle:
            try:
                link = self._idle.pop()
            except IndexError:
                return None
            if not _is_readable(link):
                return link
            # Nothing was asked: the server closed it.
            link.close()
        return None

    def _try(self, link: socket.socket, method: str, data: bytes, timeout: float, *, kept: bool) -> Answer | None:
        """Ask over one connection; None when it was closed without a word, as a server does with those it kept too long."""
        self._busy.add(link)
        response, whole = http.client.HTTPResponse(link, method=method), False
        try:
            link.settimeout(timeout)
            link.sendall(data)
            response.begin()
            if response.length is None and not response.chunked:
                # Without its length nobody can say whether an answer is whole; it may have been cut within its headers.
                raise Unanswered("the connection was cut", unsure=True)
            body = response.read()
            answer = Answer(
                response.status, body, response.getheader("retry-after"), response.getheader("content-type") or ""
            )
            whole = not response.will_close
            return answer
        except TimeoutError as problem:
            raise Unanswered(f"it did not answer within {timeout:g} s", unsure=True) from problem
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as problem:
            if kept:
                return None
            raise Unanswered("the connection was cut", unsure=True) from problem
        except (http.client.HTTPException, OSError, ValueError) as problem:
            raise Unanswered(words(problem), unsure=True) from problem
        finally:
            # What it read ahead with holds on to the connection.
            response.close()
            self._busy.discard(link)
            if whole and len(self._idle) < _KEPT and not self._closed:
                self._idle.append(link)
            else:
                link.close()

    def _connect(self) -> socket.socket:
        try:
            link = socket.create_connection((self.place.host, self.place.port), timeout=_CONNECT)
            try:
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if not self.place.secure:
                    return link
                return tls_context(self._certificates, self._unverified).wrap_socket(
                    link, server_hostname=self.place.host
                )
            except BaseException:
                link.close()
                raise
        except TimeoutError as problem:
            raise Unanswered(f"it could not be reached within {_CONNECT:g} s", unsure=False) from problem
        except OSError as problem:
            raise Unanswered(words(problem), unsure=False) from problem


@cache
def tls_context(certificates: str | None, unverified: bool) -> ssl.SSLContext:  # noqa: FBT001 - a key of the cache
    """Return how a server is proven: by the system's certificates, or by those of a file, or not at all."""
    import ssl  # noqa: PLC0415 - a door: TLS is not loaded for a server on this machine

    context = ssl.create_default_context(cafile=certificates)
    if unverified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_readable(link: socket.socket) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([link], [], [], 0)[0])
    poll = select.poll()
    poll.register(link, select.POLLIN)
    return bool(poll.poll(0))


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        # Wakes a thread that reads from it.
        link.shutdown(socket.SHUT_RDWR)
    link.close()


def words(problem: Exception) -> str:
    """Return what went wrong, in words for a sentence."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return str(problem) or type(problem).__name__
