"""Whether a value fits a JSON schema of the kind that pydantic writes: asked before a run is resumed with it.

The class behind the schema lives in the paused process alone, so whoever resumes has only this to hold the answer against. Keywords
that are not known here (formats, titles) ask nothing; the class itself has the last word when the run goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeGuard

Schema = dict[str, object]


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KINDS: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: _number(value) and float(value).is_integer(),
    "number": _number,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_BOUNDS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "minimum": ("at least", lambda value, bound: value >= bound),
    "maximum": ("at most", lambda value, bound: value <= bound),
    "exclusiveMinimum": ("more than", lambda value, bound: value > bound),
    "exclusiveMaximum": ("less than", lambda value, bound: value < bound),
}


def misfits(value: object, schema: Schema) -> list[str]:
    """Say what is wrong with a value; an empty list when it fits."""
    return list(_look(value, schema, schema, "the input"))


def _look(value: object, schema: object, root: Schema, where: str) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if isinstance(reference := schema.get("$ref"), str):
        yield from _look(value, _follow(reference, root), root, where)
    parts = schema.get("allOf")
    for part in parts if isinstance(parts, list) else []:
        yield from _look(value, part, root, where)
    yield from _choices(value, schema, root, where)
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _KINDS and not _KINDS[kind](value):
        yield f"{where} is {value!r} but must be of type {kind}"
        return
    if isinstance(value, dict):
        yield from _members(value, schema, root, where)
    elif isinstance(value, list):
        yield from _items(value, schema, root, where)
    elif isinstance(value, str):
        yield from _text(value, schema, where)
    elif _number(value):
        for name, (words, holds) in _BOUNDS.items():
            bound = schema.get(name)
            if _number(bound) and not holds(value, bound):
                yield f"{where} is {value!r} but must be {words} {bound}"


def _choices(value: object, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    choices = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(choices, list) and all(list(_look(value, choice, root, where)) for choice in choices):
        yield f"{where} is {value!r}, which fits none of its types"
    if "const" in schema and value != schema["const"]:
        yield f"{where} is {value!r} but must be {schema['const']!r}"
    options = schema.get("enum")
    if isinstance(options, list) and value not in options:
        yield f"{where} is {value!r} but must be one of {options!r}"


def _follow(reference: str, root: Schema) -> object:
    found: object = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step, {}) if isinstance(found, dict) else {}
    return found


def _members(value: dict[str, object], schema: Schema, root: Schema, where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    if not isinstance(known, dict):
        return
    required = schema.get("required", [])
    for name in required if isinstance(required, list) else []:
        if name not in value:
            yield f"{where} lacks {name!r}"
    other = schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in known:
            yield from _look(member, known[name], root, f"{name!r}")
        elif other is False:
            yield f"{where} has no field {name!r}"
        else:
            yield from _look(member, other, root, f"{name!r}")


def _items(value: list[object], schema: Schema, root: Schema, where: str) -> Iterator[str]:
    first = schema.get("prefixItems", [])
    first = first if isinstance(first, list) else []
    for place, item in enumerate(value):
        rule = first[place] if place < len(first) else schema.get("items", True)
        yield from _look(item, rule, root, f"item {place} of {where}")
    yield from _count(len(value), schema, where, "Items", "items")


def _text(value: str, schema: Schema, where: str) -> Iterator[str]:
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and re.search(pattern, value) is None:
        yield f"{where} is {value!r} but must match {pattern!r}"
    yield from _count(len(value), schema, where, "Length", "characters")


def _count(size: int, schema: Schema, where: str, what: str, words: str) -> Iterator[str]:
    least, most = schema.get(f"min{what}"), schema.get(f"max{what}")
    if isinstance(least, int) and size < least:
        yield f"{where} has {size} {words} but must have at least {least}"
    if isinstance(most, int) and size > most:
        yield f"{where} has {size} {words} but must have at most {most}"
