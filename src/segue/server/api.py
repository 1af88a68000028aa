"""The operations as an HTTP API: an ASGI application made from the table, with nothing in it that the table does not say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import Executor
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.model import sizes
from segue.model.errors import BadRequest, NotFound, SegueError, TooLarge, Unauthorized
from segue.server.feed import Feed
from segue.server.figures.requests import NOTHING, Answered
from segue.server.guard import Admitted, Arrival, Guard
from segue.server.routes import AnyOperation, Routes
from segue.server.stream import stream
from segue.server.tickets import LoopTicket
from segue.service.handlers import handler_for
from segue.wire import codec
from segue.wire.leases import LEASE_LISTEN
from segue.wire.operation import Durability
from segue.wire.version import HEADER, agree

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
#: What answers by itself, given the request and who asks.
Awaited = Callable[[Any, Admitted], Awaitable[object]]

_log = logging.getLogger("segue.server")

#: Where a request keeps the name of its operation, once that is known.
_OPERATION = "segue.operation"
#: A body may be somewhat larger than the largest batch in it.
_BODY = max(sizes.BATCH, sizes.ARTIFACT) + 64 * 1024
#: Operations whose changes decide over who may come in.
_ABOUT_PEOPLE = ("users.", "keys.", "sign-ins.")


class NoMethod(SegueError):
    """{path} takes {allowed}, not {method}."""

    code = "no-method"
    status = 405


class NoRoute(NotFound):
    """There is nothing at {path}."""

    code = "no-route"


class WithHeaders(Struct, frozen=True):
    """An answer with headers of its own."""

    value: object
    headers: Headers


class Broken(SegueError):
    """The server failed; what it was is in its log."""

    code = "server.failed"
    status = 500


class Api:
    """Answers the operations of the table below its mount point."""

    def __init__(
        self,
        operations: Iterable[AnyOperation],
        backend: EmbeddedBackend,
        guard: Guard,
        readers: Executor,
        awaited: Mapping[str, Awaited],
        feed: Feed,
        answered: Answered,
        slow: Executor,
    ) -> None:
        self._routes = Routes(operations)
        self._backend = backend
        self._guard = guard
        self._readers = readers
        #: Operations, by name, whose answer is waited for rather than looked up.
        self._awaited = awaited
        self._feed = feed
        self._answered = answered
        self._slow = slow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        extra: Headers = []
        began = monotonic()
        try:
            operation, request, admitted = await self._asked(scope, receive)
            if operation.streamed:
                still = partial(self._guard.still, admitted)
                await stream(self._feed, request, _last_id(scope), receive, send, still)
                self._answered.count(operation.name, 200, None)
                return
            answer = await self._do(operation, request, admitted)
            if isinstance(answer, WithHeaders):
                extra, answer = answer.headers, answer.value
            status, kind = 200, operation.text or codec.JSON
            body = codec.encode(answer) if operation.text is None else str(answer).encode()
        except Exception as error:  # noqa: BLE001 - whatever it was, the client gets an answer and the log the traceback
            problem = error if isinstance(error, SegueError) else _broken(error, scope)
            if isinstance(problem, NoMethod):
                extra.append((b"allow", str(problem.facts["allowed"]).encode()))
            if isinstance(problem, Unauthorized):
                extra.append((b"www-authenticate", b'Bearer realm="segue"'))
            status, body, kind = problem.status, codec.encode(codec.problem_of(problem)), codec.PROBLEM
        self._count(scope, status, monotonic() - began)
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *extra]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        name = scope.get(_OPERATION, NOTHING)
        self._answered.count(name, status, None if name == LEASE_LISTEN.name else seconds)

    async def _asked(self, scope: Scope, receive: Receive) -> tuple[AnyOperation, Any, Admitted]:
        arrival = _arrival(scope)
        self._guard.check_place(arrival)
        agree(arrival.headers.get(HEADER))
        operation, path = self._found(scope)
        admitted = await self._guard.admit(arrival, operation)
        body = await _body(receive) if operation.method not in codec.BODILESS else b""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        request = codec.read_request(operation, path=path, query=query, body=body)
        return operation, request, admitted

    def _found(self, scope: Scope) -> tuple[AnyOperation, dict[str, str]]:
        # The path as it was sent: a decoded one could be another route than the one that was meant to be guarded.
        raw = scope["raw_path"].decode("latin-1").partition("?")[0]
        root = scope.get("root_path", "")
        path = raw.removeprefix(root)
        found = self._routes.find(path)
        if found is None:
            raise NoRoute(path=raw)
        operations, values = found
        operation = operations.get(scope["method"])
        if operation is None:
            raise NoMethod(path=raw, allowed=", ".join(sorted(operations)), method=scope["method"])
        scope[_OPERATION] = operation.name
        return operation, dict(zip(codec.names_in(operation.path), map(unquote, values), strict=True))

    async def _do(self, operation: AnyOperation, request: object, admitted: Admitted) -> object:
        awaited = self._awaited.get(operation.name)
        if awaited is not None:
            return await awaited(request, admitted)
        loop, caller = asyncio.get_running_loop(), admitted.caller
        if operation.durability is Durability.READ:
            return await loop.run_in_executor(self._readers, self._backend.read, operation, request, caller)
        if operation.slow:
            handler = await loop.run_in_executor(self._slow, handler_for, operation, request)
        else:
            handler = handler_for(operation, request)
        ticket = LoopTicket(operation.name, handler, request, caller)
        self._backend.submit(ticket, hurry=operation.durability is Durability.NOW)
        answer = await ticket.answered()
        if operation.name.startswith(_ABOUT_PEOPLE):
            self._guard.forget()
        return answer


def _last_id(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name == b"last-event-id"]
    return found[0].decode("latin-1") if found else None


def _arrival(scope: Scope) -> Arrival:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    client = scope.get("client")
    return Arrival(
        method=scope["method"],
        headers=headers,
        address=str(client[0]) if client else "",
        secure=scope.get("scheme") == "https",
    )


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise BadRequest("The connection was closed before the request was whole.")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > _BODY:
            raise TooLarge(what="The request", size=size, limit=_BODY)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _broken(error: Exception, scope: Scope) -> SegueError:
    _log.error("%s %s failed.", scope["method"], scope["path"], exc_info=error)
    return Broken()
