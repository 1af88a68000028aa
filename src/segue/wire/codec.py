"""Operations as HTTP: requests composed and read, answers and problems encoded; bytes in, values out.

A request is the union of three parts: names in the path, the query, and a JSON body. A name of the path may be repeated in the
body, where it must say the same. Problems are `application/problem+json` (RFC 9457) with a stable `code`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from segue.model.errors import BadRequest, SegueError
from segue.wire.operation import Operation

Q = TypeVar("Q")
A = TypeVar("A")

JSON = "application/json"
PROBLEM = "application/problem+json"
#: Methods whose requests have no body.
BODILESS = frozenset({"GET", "DELETE"})

_encoder = msgspec.json.Encoder()
_NAMES = re.compile(r"\{(\w+)\}")


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, for programs (`code`, `facts`) and for people (`detail`)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, object] = {}


class HttpRequest(Struct, frozen=True):
    """An operation's request, ready to be sent."""

    method: str
    #: Below the API's root, already quoted, with its query.
    target: str
    body: bytes | None


@cache
def names_in(path: str) -> tuple[str, ...]:
    """Return the names of a path such as `/flow-runs/{id}`."""
    return tuple(_NAMES.findall(path))


_decoders: dict[object, msgspec.json.Decoder[Any]] = {}


def _decoder(type_: type[A]) -> msgspec.json.Decoder[A]:
    found = _decoders.get(type_)
    if found is None:
        found = _decoders[type_] = msgspec.json.Decoder(type_)
    return found


def compose(operation: Operation[Q, A], request: Q) -> HttpRequest:
    """Turn a request into HTTP."""
    names = names_in(operation.path)
    target = operation.path
    for name in names:
        target = target.replace(f"{{{name}}}", quote(str(getattr(request, name)), safe=""))
    if operation.method not in BODILESS:
        return HttpRequest(operation.method, target, _encoder.encode(request))
    facts = cast("dict[str, object]", msgspec.to_builtins(request))
    query = [
        (name, value)
        for name, values in facts.items()
        if name not in names and values is not None
        for value in (values if isinstance(values, list) else [values])
    ]
    return HttpRequest(operation.method, f"{target}?{urlencode(query)}" if query else target, None)


def read_request(
    operation: Operation[Q, A], *, path: Mapping[str, str], query: Iterable[tuple[str, str]], body: bytes
) -> Q:
    """Understand a request; raises `BadRequest` that names the place and the value at fault."""
    type_ = operation.request
    try:
        if operation.method in BODILESS:
            return _from_query(type_, path, query)
        if not path:
            return _decoder(type_).decode(_whole(body, type_))
        given = msgspec.json.decode(body or b"{}")
        if not isinstance(given, dict):
            raise BadRequest("The body must be a JSON object.")
        return msgspec.convert({**given, **_agreeing(path, given)}, type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise BadRequest(f"The request is not valid: {problem}") from problem


def _whole(body: bytes, type_: type[Any]) -> bytes:
    """Let a bare array stand for the `items` of a request that has them."""
    if body[:1] == b"[" and "items" in type_.__struct_fields__:
        return b'{"items":' + body + b"}"
    return body or b"{}"


def _agreeing(path: Mapping[str, str], given: Mapping[str, object]) -> Mapping[str, str]:
    for name, value in path.items():
        if name in given and given[name] != value:
            raise BadRequest(f"The path says {name} {value!r}, the body {given[name]!r}.")
    return path


def _from_query(type_: type[Q], path: Mapping[str, str], query: Iterable[tuple[str, str]]) -> Q:
    lists = _list_fields(cast("Hashable", type_))
    facts: dict[str, Any] = dict(path)
    for name, value in query:
        if name not in type_.__struct_fields__ or name in path:  # type: ignore[attr-defined]  # requests are structs
            raise BadRequest(f"There is no query parameter {name!r} here.")
        if name in lists:
            facts.setdefault(name, []).append(value)
        else:
            facts[name] = value
    return msgspec.convert(facts, type_, strict=False)


@cache
def _list_fields(type_: Hashable) -> frozenset[str]:
    fields = msgspec.structs.fields(cast("type[Struct]", type_))
    return frozenset(field.name for field in fields if "list[" in str(field.type))


def encode(answer: object) -> bytes:
    """Encode an answer."""
    return _encoder.encode(answer)


def read_answer(operation: Operation[Q, A], body: bytes) -> A:
    """Understand an answer; raises `msgspec.MsgspecError` for what is none."""
    return _decoder(operation.response).decode(body)


def problem_of(error: SegueError) -> Problem:
    """Describe an error."""
    facts = {
        name: value if isinstance(value, int | float | bool | None) else str(value)
        for name, value in error.facts.items()
    }
    return Problem(
        type=f"urn:segue:problem:{error.code}",
        title=error.code,
        status=error.status,
        detail=str(error),
        code=error.code,
        facts=cast("dict[str, object]", facts),
    )


def read_problem(body: bytes) -> SegueError | None:
    """Return the error that a problem describes, of its own class where this program knows it; None for what is no problem."""
    try:
        problem = _decoder(Problem).decode(body)
    except msgspec.MsgspecError:
        return None
    kind = _by_code().get(problem.code)
    if kind is None:
        error = SegueError(problem.detail, **problem.facts)
        error.code, error.status = problem.code, problem.status  # type: ignore[misc]  # a kind that only a newer server knows
        return error
    return kind(problem.detail, **problem.facts)


def _by_code() -> dict[str, type[SegueError]]:
    found: dict[str, type[SegueError]] = {}
    todo = [SegueError]
    while todo:
        kind = todo.pop()
        # Of classes that share a code, the one nearest to the root stands for it.
        found.setdefault(kind.code, kind)
        todo[:0] = kind.__subclasses__()
    return found
