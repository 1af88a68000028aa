"""Requests read from HTTP: from the names of the path, the query and the body; what is wrong is named with its place and value.

A name of the path may be repeated in the body, where it must say the same. In a query, what the request holds under `where` stands
beside the rest, and what may be several is repeated: `?state_types=FAILED&state_types=CRASHED&limit=10`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct

from segue.model.errors import BadRequest
from segue.wire.codec import BODILESS, decoder
from segue.wire.operation import Operation

Q = TypeVar("Q")
A = TypeVar("A")

#: The part of a request that says which things are meant.
WHERE = "where"

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<place>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
#: How much of a value is repeated in a message.
_SHOWN = 80


class Parameter(Struct, frozen=True):
    """One name of a query."""

    field: msgspec.structs.FieldInfo
    #: Stands under `where` in the request.
    inner: bool
    #: May be given several times.
    several: bool
    #: May be any text; `null` is then a word like others.
    textual: bool


def read_request(
    operation: Operation[Q, A],
    *,
    path: Mapping[str, str],
    query: Iterable[tuple[str, str]],
    body: bytes,
    method: str | None = None,
) -> Q:
    """Understand a request, made by `method` where there are two; raises `BadRequest` that names place and value at fault."""
    type_ = operation.request
    try:
        for name, value in path.items():
            _refuse_nul(name, value)
        if (method or operation.method) in BODILESS:
            return _from_query(type_, path, query)
        for name, _ in query:
            raise BadRequest(
                f"There is no query parameter {name!r} here; what is asked for stands in the body.", field=name
            )
        if not path:
            return _from_body(type_, body)
        given = msgspec.json.decode(body or b"{}")
        if not isinstance(given, dict):
            raise BadRequest("The body must be a JSON object.")
        return _converted({**given, **_agreeing(path, given)}, type_)
    except UnicodeDecodeError as problem:
        raise BadRequest(f"The request is not valid UTF-8: {problem.reason} at byte {problem.start}.") from problem
    except RecursionError as problem:
        raise BadRequest("The body is nested too deeply.") from problem
    except msgspec.DecodeError as problem:
        raise BadRequest(f"The body is not JSON: {problem}") from problem


def parameters(type_: type[Any]) -> Mapping[str, Parameter]:
    """Return what a query may hold for a request of this type, by name."""
    return _parameters(cast("Hashable", type_))


@cache
def _parameters(type_: Hashable) -> Mapping[str, Parameter]:
    found: dict[str, Parameter] = {}
    for field in msgspec.structs.fields(cast("type[Struct]", type_)):
        if field.name == WHERE:
            found |= {inner.encode_name: _parameter(inner, inner=True) for inner in msgspec.structs.fields(field.type)}
        else:
            found[field.encode_name] = _parameter(field, inner=False)
    return found


def _parameter(field: msgspec.structs.FieldInfo, *, inner: bool) -> Parameter:
    hint = str(field.type)
    textual = "str" in hint or field.type is str
    return Parameter(field, inner=inner, several="list[" in hint, textual=textual)


def _from_query(type_: type[Q], path: Mapping[str, str], query: Iterable[tuple[str, str]]) -> Q:
    known = parameters(type_)
    facts: dict[str, Any] = dict(path)
    inner: dict[str, Any] = {}
    for name, value in query:
        found = known.get(name)
        if found is None or name in path:
            raise BadRequest(_no_parameter(name, [each for each in known if each not in path]), field=name)
        _refuse_nul(name, value)
        if value == "null" and not found.textual:
            raise BadRequest(f"{name}: leave it out where nothing is meant; null is no value here.", field=name)
        place = inner if found.inner else facts
        if found.several:
            place.setdefault(name, []).append(value)
        elif name in place:
            raise BadRequest(f"The query parameter {name!r} is given twice.", field=name)
        else:
            place[name] = value
    if inner:
        facts[WHERE] = inner
    try:
        return msgspec.convert(facts, type_, strict=False)
    except msgspec.ValidationError as problem:
        raise _explained(problem, facts, type_, in_query=True) from problem


def _from_body(type_: type[Q], body: bytes) -> Q:
    whole = _whole(body, type_)
    try:
        return decoder(type_).decode(whole)
    except msgspec.ValidationError as problem:
        raise _explained(problem, msgspec.json.decode(whole), type_) from problem


def _whole(body: bytes, type_: type[Any]) -> bytes:
    """Let a bare array stand for the `items` of a request that has them."""
    if body.lstrip()[:1] == b"[" and "items" in type_.__struct_fields__:
        return b'{"items":' + body + b"}"
    return body or b"{}"


def _converted(given: Mapping[str, object], type_: type[Q]) -> Q:
    try:
        return msgspec.convert(given, type_)
    except msgspec.ValidationError as problem:
        raise _explained(problem, given, type_) from problem


def _agreeing(path: Mapping[str, str], given: Mapping[str, object]) -> Mapping[str, str]:
    for name, value in path.items():
        if name in given and given[name] != value:
            raise BadRequest(f"The path says {name} {value!r}, the body {given[name]!r}.", field=name)
    return path


def _refuse_nul(name: str, value: str) -> None:
    if "\0" in value:
        raise BadRequest(f"{name}: there is a NUL character in {_shown(value)}.", field=name)


def _explained(
    problem: msgspec.ValidationError, given: object, type_: type[Any], *, in_query: bool = False
) -> BadRequest:
    """Say what is wrong, where, and what stands there."""
    parts = _PLACE.match(str(problem))
    what, place = (parts["what"], parts["place"] or "") if parts else (str(problem), "")
    unknown = _UNKNOWN.search(what)
    if unknown is not None:
        place = f"{place}.{unknown['name']}".lstrip(".")
        known = [*parameters(type_)] if place.count(".") <= 1 else []
        return BadRequest(_no_field(place, unknown["name"], known), field=place)
    field = place.lstrip(".")
    if in_query:
        # As it was written: what stands under `where` stands beside the rest there, and a list is a name repeated.
        field = re.sub(r"\[\d*\.*\]", "", field.removeprefix(f"{WHERE}."))
    what = what.replace("`", "")
    if not field:
        return BadRequest(f"The request is not valid: {what}.")
    if "..." in place:
        return BadRequest(f"{field}: {what}.", field=field)
    value = _dug(given, place)
    hint = ", such as 2026-01-31T08:00:00Z" if "datetime" in what or "RFC3339" in what else ""
    hint += " (a + in a query is written %2B)" if in_query and hint and " " in str(value) else ""
    return BadRequest(f"{field}: {what}{hint}; it is {_shown(value)}.", field=field, value=_shown(value))


def _dug(given: object, place: str) -> object:
    """Return what stands at a place such as `.where.ids[0]`."""
    for step in _STEP.finditer(place):
        if step[1] is not None and isinstance(given, Mapping):
            given = given.get(step[1])
        elif step[2] is not None and isinstance(given, list) and int(step[2]) < len(given):
            given = given[int(step[2])]
        else:
            return None
    return given


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _no_parameter(name: str, known: list[str]) -> str:
    if not known:
        return f"There is no query parameter {name!r} here; there is none at all."
    return f"There is no query parameter {name!r} here{_nearest(name, known)}"


def _no_field(place: str, name: str, known: list[str]) -> str:
    return f"There is no field {place!r} here{_nearest(name, known) if known else '.'}"


def _nearest(name: str, known: list[str]) -> str:
    near = min(known, key=lambda each: _distance(name, each))
    if _distance(name, near) <= max(2, len(name) // 2):
        return f"; did you mean {near!r}?"
    return f"; there are {', '.join(sorted(known))}."


def _distance(one: str, other: str) -> int:
    """How many letters must be changed, put in or left out to make one word of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for count, letter in enumerate(one[:100], start=1):
        last, row[0] = row[0], count
        for at, against in enumerate(other, start=1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (letter != against))
    return row[-1]
