"""The operations as an HTTP API: an ASGI application made from the table, with nothing in it that the table does not say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import Executor
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Struct

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.host.tracing import is_traceparent, traceparent, tracer
from segue.model import sizes
from segue.model.errors import BadRequest, SegueError, TooLarge, Unauthorized
from segue.server.feed import Feed
from segue.server.figures.requests import NOTHING, Answered
from segue.server.guard import Admitted, Arrival, Guard
from segue.server.stream import stream
from segue.server.tickets import HandingOver, LoopTicket
from segue.service.conditions import for_version
from segue.service.handlers import handler_for, handler_of
from segue.service.pairing import Handler
from segue.service.pool_scopes import confined
from segue.service.repeats import Kept, once
from segue.service.run_tokens import refuse_others
from segue.store.session import Session
from segue.wire import codec
from segue.wire.asking import read_request
from segue.wire.operation import Access, Durability, Page
from segue.wire.requests import NewFlowRun
from segue.wire.rights import pools_of
from segue.wire.routes import AnyOperation, Found, NoMethod, NoRoute, Route, Routes
from segue.wire.table import OPERATIONS
from segue.wire.version import HEADER, agree
from segue.wire.versions import Changed, Condition, version_of

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
#: Where it keeps the status it was answered with.
_STATUS = "segue.status"
#: A body may be somewhat larger than the largest batch in it.
_BODY = max(sizes.BATCH, sizes.ARTIFACT) + 64 * 1024
#: What a run may do to others than itself.
_READING = frozenset({Access.PUBLIC, Access.READ})
#: Operations whose changes decide over who may come in.
_ABOUT_PEOPLE = ("users.", "keys.", "sign-ins.")
#: Statuses whose answers have no body by definition.
_EMPTY = frozenset({204, 304})
#: How a question is counted whose asker has gone.
_GONE = 499
#: JSON, and what curl and Python's own library call a body of which nobody told them what it is.
_TAKEN = frozenset({codec.JSON, "application/x-www-form-urlencoded"})
_VERSION, _AGAIN = "etag", "idempotency-replayed"


class WrongKind(SegueError):
    """The body must be JSON, sent as it is with `Content-Type: application/json`; it came as {given}."""

    code = "wrong-kind"
    status = 415


class Broken(SegueError):
    """The server failed; what it was is in its log."""

    code = "server.failed"
    status = 500


class Asked(Struct, frozen=True, eq=False):
    """A request that was understood, of somebody who may make it."""

    route: Route
    request: Any
    admitted: Admitted
    condition: Condition
    key: str | None
    #: What reads the thing at the same path, where a change is made for one version of it.
    sibling: tuple[AnyOperation, Any] | None


class WithHeaders(Struct, frozen=True):
    """An answer with headers of its own."""

    value: object
    headers: Headers


class Answer(Struct, eq=False):
    """What is sent back."""

    status: int
    body: bytes
    headers: dict[str, str]
    #: Headers of which there may be several with one name.
    more: Headers = []


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
        self._handing = HandingOver(backend)
        self._guard = guard
        self._readers = readers
        #: Operations, by name, whose answer is waited for rather than looked up.
        self._awaited = awaited
        self._feed = feed
        self._answered = answered
        self._slow = slow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        tracing = tracer()
        if tracing is None or not self._is_worth_a_span(scope):
            await self._serve(scope, receive, send)
            return
        facts = {"http.request.method": scope["method"], "url.path": scope["path"]}
        with tracing.span("request", facts, kind="server", parent=_traceparent(scope)) as span:
            await self._serve(scope, receive, send)
            name, status = scope.get(_OPERATION, NOTHING), scope.get(_STATUS, 200)
            span.rename(name)
            span.tell({"segue.operation": name, "http.response.status_code": status})
            if status >= 500:
                span.failed(f"answered with status {status}")

    def _is_worth_a_span(self, scope: Scope) -> bool:
        """Not what waits or goes on for long, nor what is asked again and again to see whether the server lives."""
        try:
            found, _ = self._found(scope)
        except SegueError:
            return True
        operation = None if found.route is None else found.route.operation
        return operation is None or not (
            operation.streamed or operation.durability is Durability.SELF or operation.waits
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = monotonic()
        try:
            asked = await self._asked(scope, receive)
            if isinstance(asked, Answer):
                answer = asked
            elif asked.route.operation.streamed and scope["method"] != "HEAD":
                still = partial(self._guard.still, asked.admitted)
                await stream(self._feed, asked.request, _last_id(scope), receive, send, still)
                self._answered.count(asked.route.operation.name, 200, None)
                return
            elif asked.route.operation.waits:
                found = await self._while_there(asked, receive)
                if found is None:
                    self._count(scope, _GONE, monotonic() - began)
                    return
                answer = found
            else:
                answer = await self._answer(asked)
        except Exception as error:  # noqa: BLE001 - whatever it was, the client gets an answer and the log the traceback
            answer = _problem(error, scope)
        self._count(scope, answer.status, monotonic() - began)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()] + answer.more
        if answer.status not in _EMPTY:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        name = scope.get(_OPERATION, NOTHING)
        scope[_STATUS] = status
        known = OPERATIONS.get(name)
        self._answered.count(name, status, None if known is not None and known.waits else seconds)

    async def _asked(self, scope: Scope, receive: Receive) -> Asked | Answer:
        arrival = _arrival(scope)
        self._guard.check_place(arrival)
        headers = arrival.headers
        agree(headers.get(HEADER))
        found, path = self._found(scope)
        if found.route is None:
            # What may be done here, without doing it.
            return Answer(204, b"", {"allow": _allowed(found)})
        route = found.route
        operation = route.operation
        scope[_OPERATION] = operation.name
        admitted = await self._guard.admit(arrival, operation)
        body = await _body(receive, headers) if route.method not in codec.BODILESS else b""
        asked_for = b"" if operation.any_query else scope["query_string"]
        query = parse_qsl(asked_for.decode("latin-1"), keep_blank_values=True) if asked_for else ()
        request = read_request(operation, path=path, query=query, body=body, method=route.method)
        if isinstance(request, NewFlowRun) and request.traceparent is None:
            span = _span_of(headers)
            if span is not None:
                request = msgspec.structs.replace(request, traceparent=span)
        pools = pools_of(admitted.caller.rights)
        if pools:
            request = await self._confined(operation, request, admitted, pools)
        condition = Condition(match=headers.get("if-match"), none_match=headers.get("if-none-match"))
        writes = operation.durability is Durability.NOW or operation.durability is Durability.SOON
        key = headers.get("idempotency-key") if writes and route.method == "POST" else None
        return Asked(
            route=route,
            request=request,
            admitted=admitted,
            condition=condition,
            key=key,
            sibling=_sibling(found, path) if writes and condition else None,
        )

    async def _confined(self, operation: AnyOperation, request: Any, admitted: Admitted, pools: frozenset[str]) -> Any:
        """Return a request as somebody may make it who is confined to work pools."""
        lease_id = admitted.caller.lease_id
        look = partial(self._backend.look, lambda session: confined(session, pools, lease_id, operation, request))
        return await self._elsewhere(self._readers, look)

    def _found(self, scope: Scope) -> tuple[Found, dict[str, str]]:
        # The path as it was sent: a decoded one could be another route than the one that was meant to be guarded.
        raw = scope["raw_path"].decode("latin-1").partition("?")[0]
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        found = self._routes.find(raw.removeprefix(scope.get("root_path", "")), method)
        if found is None:
            raise NoRoute(path=raw)
        if found.route is None and method != "OPTIONS":
            raise NoMethod(path=raw, allowed=_allowed(found), method=method)
        try:
            return found, {name: unquote(value, errors="strict") for name, value in found.values.items()}
        except UnicodeDecodeError as problem:
            raise BadRequest(f"{raw} is not UTF-8.") from problem

    async def _while_there(self, asked: Asked, receive: Receive) -> Answer | None:
        """Answer who waits; None when they have gone, to whom nothing must be given any more."""
        answering, gone = asyncio.ensure_future(self._answer(asked)), asyncio.ensure_future(_until_gone(receive))
        both = (answering, gone)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return answering.result() if answering.done() else None
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _answer(self, asked: Asked) -> Answer:
        operation = asked.route.operation
        told = await self._do(asked)
        more: Headers = []
        if isinstance(told, WithHeaders):
            more, told = told.headers, told.value
        if isinstance(told, Page):
            return _versioned(asked, Answer(200, told.body, {"content-type": told.kind, **told.headers}))
        if operation.text is not None:
            return Answer(200, str(told).encode(), {"content-type": operation.text})
        headers = {"content-type": codec.JSON}
        if isinstance(told, Kept):
            if told.again:
                headers[_AGAIN] = "true"
            return Answer(200, told.body, headers)
        answer = Answer(200, codec.encode(told), headers, more)
        if asked.route.method == "GET" and operation.durability is Durability.READ:
            return _versioned(asked, answer)
        if asked.sibling is not None and asked.sibling[0].response is operation.response:
            headers[_VERSION] = version_of(answer.body)
        return answer

    async def _do(self, asked: Asked) -> object:
        operation, request, admitted = asked.route.operation, asked.request, asked.admitted
        caller = admitted.caller
        if caller.lease_id is not None and operation.access not in _READING:
            check = partial(self._backend.look, partial(_refuse_others, caller.lease_id, operation, request))
            await self._elsewhere(self._readers, check)
        awaited = self._awaited.get(operation.name)
        if awaited is not None:
            return await awaited(request, admitted)
        if operation.durability is Durability.READ:
            return await self._elsewhere(self._readers, self._backend.read, operation, request, caller)
        if operation.slow:
            handler: Handler = await self._elsewhere(self._slow, handler_for, operation, request)
        else:
            handler = handler_for(operation, request)
        if asked.sibling is not None:
            read, which = asked.sibling
            handler = for_version(handler, asked.condition, handler_of(read), which)
        if asked.key is not None:
            handler = once(operation, handler, asked.key)
        ticket = LoopTicket(operation.name, handler, request, caller)
        if operation.durability is Durability.NOW:
            self._handing.submit(ticket)
        else:
            self._backend.submit(ticket, hurry=False)
        answer = await ticket.answered()
        if operation.name.startswith(_ABOUT_PEOPLE):
            self._guard.forget()
        return answer

    async def _elsewhere(self, threads: Executor, work: Callable[..., Any], *about: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, work, *about)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _versioned(asked: Asked, answer: Answer) -> Answer:
    version = version_of(answer.body)
    answer.headers[_VERSION] = version
    if asked.condition.has(version):
        return Answer(304, b"", {_VERSION: version})
    if not asked.condition.holds(version):
        raise Changed(current=version)
    return answer


def _sibling(found: Found, path: Mapping[str, str]) -> tuple[AnyOperation, Any]:
    read = found.others.get("GET")
    if read is None or not path or read.operation.durability is not Durability.READ:
        raise BadRequest(
            "There is no single thing here whose version could be compared: leave out If-Match and If-None-Match."
        )
    return read.operation, read_request(read.operation, path=path, query=(), body=b"")


def _allowed(found: Found) -> str:
    methods = {*found.others, "OPTIONS", *(["HEAD"] if "GET" in found.others else [])}
    return ", ".join(sorted(methods))


def _span_of(headers: Mapping[str, str]) -> str | None:
    """The span that a request is made in: this server's own, or else the client's."""
    named = headers.get("traceparent")
    return traceparent() or (named if named is not None and is_traceparent(named) else None)


def _traceparent(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name == b"traceparent"]
    return found[0].decode("latin-1") if found else None


def _last_id(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name == b"last-event-id"]
    return found[0].decode("latin-1") if found else None


def _refuse_others(lease_id: str, operation: AnyOperation, request: object, session: Session) -> None:
    refuse_others(session, lease_id, operation, request)


def _arrival(scope: Scope) -> Arrival:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    client = scope.get("client")
    return Arrival(
        method=scope["method"],
        headers=headers,
        address=str(client[0]) if client else "",
        secure=scope.get("scheme") == "https",
    )


async def _body(receive: Receive, headers: Mapping[str, str]) -> bytes:
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
    if size:
        _refuse_unless_json(headers)
    return b"".join(parts)


def _refuse_unless_json(headers: Mapping[str, str]) -> None:
    """Refuse what says that it is something else than JSON."""
    if headers.get("content-type") == codec.JSON and "content-encoding" not in headers:
        return
    packed = headers.get("content-encoding", "identity")
    if packed.strip().lower() != "identity":
        raise WrongKind(given=f"Content-Encoding: {packed[:60]}")
    kind = headers.get("content-type", codec.JSON)
    plain = kind.partition(";")[0].strip().lower()
    if plain not in _TAKEN and not (plain.startswith("application/") and plain.endswith("+json")):
        raise WrongKind(given=kind[:60])


def _problem(error: Exception, scope: Scope) -> Answer:
    if not isinstance(error, SegueError):
        _log.error("%s %s failed.", scope["method"], scope["path"], exc_info=error)
        error = Broken()
    headers = {"content-type": codec.PROBLEM}
    if isinstance(error, NoMethod):
        headers["allow"] = str(error.facts["allowed"])
    if error.status == 429 and "seconds" in error.facts:
        headers["retry-after"] = str(error.facts["seconds"])
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = 'Bearer realm="segue"'
    return Answer(error.status, codec.encode(codec.problem_of(error)), headers)
