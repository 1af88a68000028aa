"""Raw requests to the API, whether a server answers them or this process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

from segue.backend.protocol import Backend
from segue.backend.remote import RemoteBackend
from segue.client.methods.calls import Calls
from segue.exceptions import SegueHTTPStatusError
from segue.host import config
from segue.model.errors import SegueError
from segue.wire import codec
from segue.wire.asking import read_request
from segue.wire.codec import HttpRequest
from segue.wire.operations import UPKEEP_STATS
from segue.wire.requests import Nothing
from segue.wire.routes import NoMethod, NoRoute, Routes
from segue.wire.version import ApiVersionMismatch

if TYPE_CHECKING:
    import httpx2

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
#: The address that stands for a database without a server.
_HERE = "http://localhost/api"


class RequestMethods(Calls):
    """What is asked of the API as a whole."""

    def request(
        self,
        method: Method,
        path: str,
        params: Mapping[str, object] | None = None,
        path_params: Mapping[str, object] | None = None,
        *,
        json: object = None,
        content: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Ask a path of the API, such as `/flow-runs/{id}` with `path_params={"id": id}`, and return the answer.

        `params` is the query, in which a list repeats its name; `json` or `content` the body. Raises SegueHTTPStatusError for an
        answer that is an error, ValueError for a request that cannot be sent.
        """
        if json is not None and content is not None:
            raise ValueError("give `json` or `content`, not both")
        body = content.encode() if isinstance(content, str) else content
        asked = HttpRequest(
            method.upper(), _target(path, params, path_params), codec.encode(json) if json is not None else body
        )
        backend = self._reading()
        if isinstance(backend, RemoteBackend):
            answer = backend.exchange(asked, _lines(headers))
            more = {"retry-after": answer.retry_after} if answer.retry_after else {}
            return _response(asked, answer.status, {"content-type": answer.type, **more}, answer.body)
        _lines(headers)
        return _answered_here(backend, asked)

    @property
    def api_url(self) -> httpx2.URL:
        """The address of the API; without a server one that stands for the database of this process."""
        import httpx2  # noqa: PLC0415 - a door: few methods need it

        return httpx2.URL(f"{_address()}/")

    def raise_for_api_version_mismatch(self) -> None:
        """Raise RuntimeError unless whoever records the runs understands this client."""
        try:
            self._call(UPKEEP_STATS, Nothing())
        except ApiVersionMismatch as problem:
            raise RuntimeError(f"Found incompatible versions: {problem}") from problem


def _target(path: str, params: Mapping[str, object] | None, path_params: Mapping[str, object] | None) -> str:
    filled = "/" + path.strip().lstrip("/")
    for name, value in (path_params or {}).items():
        if f"{{{name}}}" not in filled:
            raise ValueError(f"there is no {{{name}}} in the path {path!r}")
        filled = filled.replace(f"{{{name}}}", quote(str(value), safe=""))
    if "{" in filled:
        raise ValueError(f"say what stands for the names in {path!r}: path_params={{...}}")
    if not filled.isascii() or not filled.isprintable() or " " in filled:
        raise ValueError(f"{path!r} is no path: what is not plain is given in `path_params` or `params`")
    pairs = [(name, _written(value)) for name, values in (params or {}).items() for value in _several(values)]
    return f"{filled}?{urlencode(pairs)}" if pairs else filled


def _several(values: object) -> list[object]:
    if values is None:
        return []
    return list(values) if isinstance(values, list | tuple | set) else [values]


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else codec.encode(value).decode().strip('"')


def _lines(headers: Mapping[str, str] | None) -> str:
    for name, value in (headers or {}).items():
        if not (name.isascii() and name.isprintable() and value.isprintable()) or ":" in name:
            raise ValueError(f"{name!r} is no header")
    return "".join(f"{name}: {quote(value, safe=_PLAIN)}\r\n" for name, value in (headers or {}).items())


#: What a header may hold as it is.
_PLAIN = "".join(chr(code) for code in range(32, 127))


def _answered_here(backend: Backend, asked: HttpRequest) -> httpx2.Response:
    """Answer as a server would."""
    path, _, query = asked.target.partition("?")
    try:
        found = _routes().find(path, asked.method)
        if found is None:
            raise NoRoute(path=path)
        if found.route is None:
            raise NoMethod(path=path, allowed=", ".join(sorted(found.others)), method=asked.method)
        operation = found.route.operation
        request = read_request(
            operation,
            path={name: unquote(value) for name, value in found.values.items()},
            query=parse_qsl(query, keep_blank_values=True),
            body=asked.body or b"",
            method=asked.method,
        )
        answer: Any = backend.call(operation, request)
    except SegueError as problem:
        return refused(asked, problem)
    return answered(asked, 200, answer)


@cache
def _routes() -> Routes:
    from segue.wire.table import OPERATIONS  # noqa: PLC0415 - a door: every noun of the API is loaded by it

    return Routes(OPERATIONS.values())


def answered(asked: HttpRequest, status: int, told: object, retry_after: float | None = None) -> httpx2.Response:
    """Return an answer of this client's own in the form users know; raises SegueHTTPStatusError for one that is an error."""
    headers = {"content-type": codec.JSON}
    if retry_after is not None:
        headers["retry-after"] = f"{retry_after:g}"
    return _response(asked, status, headers, codec.encode(told))


def refused(asked: HttpRequest, problem: SegueError) -> httpx2.Response:
    """Raise what went wrong as SegueHTTPStatusError."""
    return _response(asked, problem.status, {"content-type": codec.PROBLEM}, codec.encode(codec.problem_of(problem)))


def _address() -> str:
    return (config.current().api.url or _HERE).rstrip("/")


def _response(asked: HttpRequest, status: int, headers: Mapping[str, str], body: bytes) -> httpx2.Response:
    """Return an answer in the form users know; raises SegueHTTPStatusError for one that is an error."""
    import httpx2  # noqa: PLC0415 - a door: few methods need it

    request = httpx2.Request(asked.method, f"{_address()}{asked.target}", content=asked.body)
    response = httpx2.Response(status, headers=dict(headers), content=body, request=request)
    if response.is_success:
        return response
    kind = "Client error" if response.is_client_error else "Server error"
    message = f"{kind} '{status} {response.reason_phrase}' for url '{request.url}'\nResponse: {response.text}"
    raise SegueHTTPStatusError(message, request=request, response=response)
