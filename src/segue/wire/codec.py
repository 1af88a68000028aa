"""Operations as HTTP: requests composed, answers read, answers and problems encoded; bytes in, values out.

A request is the union of three parts: names in the path, the query, and a JSON body; `wire.asking` reads it. Problems are
`application/problem+json` (RFC 9457) with a stable `code`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from segue.model.errors import SegueError
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


def decoder(type_: type[A]) -> msgspec.json.Decoder[A]:
    """Return the decoder of a type, made once."""
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


def encode(answer: object) -> bytes:
    """Encode an answer."""
    return _encoder.encode(answer)


def read_answer(operation: Operation[Q, A], body: bytes) -> A:
    """Understand an answer; raises `msgspec.MsgspecError` for what is none."""
    return decoder(operation.response).decode(body)


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
        problem = decoder(Problem).decode(body)
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
