"""The two ways to an answer of the API: from the server of the settings in force, or in this process."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from urllib.parse import quote

from segue.backend.links import place_of, tls_context
from segue.backend.open import open_backend
from segue.backend.remote import ServerProblem
from segue.cli.record import person
from segue.host import config
from segue.model.settings import Settings
from segue.server.portless import Request, answer
from segue.wire import codec
from segue.wire.version import API_VERSION, HEADER

_CHUNK = 64 * 1024


class Reply:
    """What came back."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status = status
        self.headers = headers
        self.body = b""

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        return "json" in self.headers.get("content-type", "")

    @property
    def is_problem(self) -> bool:
        """Whether it tells what went wrong."""
        return self.headers.get("content-type", "").startswith(codec.PROBLEM)

    @property
    def is_stream(self) -> bool:
        """Whether it goes on until somebody ends it."""
        return self.headers.get("content-type", "").startswith("text/event-stream")


def ask(
    request: Request,
    *,
    told: Callable[[Reply], object] = lambda _: None,
    read: Callable[[bytes], object] = lambda _: None,
) -> Reply:
    """Make a request and return the reply: `told` hears when it begins, `read` the parts of a stream.

    Raises `ServerProblem` when there is no answer.
    """
    settings = config.current()
    me = person()
    headers = {
        HEADER: str(API_VERSION), "segue-actor": quote(me.name), "segue-means": me.means or "cli", **request.headers
    }  # fmt: skip
    if settings.api.key:
        headers.setdefault("authorization", f"Bearer {settings.api.key}")
    asked = Request(request.method, request.target, headers, request.body)
    found: list[Reply] = []

    def begun(status: int, headers: dict[str, str]) -> None:
        found.append(Reply(status, headers))
        told(found[0])

    def part(data: bytes) -> None:
        if found[0].is_stream:
            read(data)
        else:
            found[0].body += data

    if settings.api.url:
        _over_the_network(settings.api.url, settings, asked, begun, part)
    else:
        backend = open_backend(settings.database.url, settings.home, secret_key=settings.secret_key)
        answer(backend, me.name, asked, begun=begun, read=part)
    return found[0]


def _over_the_network(
    url: str,
    settings: Settings,
    request: Request,
    begun: Callable[[int, dict[str, str]], object],
    read: Callable[[bytes], object],
) -> None:
    place = place_of(url)
    timeout = None if request.target.startswith("/stream") else settings.api.request_timeout
    if place.secure:
        context = tls_context(settings.api.ssl_cert_file, settings.api.tls_insecure_skip_verify)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            place.host, place.port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(place.host, place.port, timeout=timeout)
    try:
        connection.request(request.method, place.root + request.target, request.body, request.headers)
        reply = connection.getresponse()
        begun(reply.status, {name.lower(): value for name, value in reply.getheaders()})
        while data := reply.read1(_CHUNK):
            read(data)
    except (OSError, http.client.HTTPException) as problem:
        raise ServerProblem(url=url, why=str(problem) or type(problem).__name__) from problem
    finally:
        connection.close()
