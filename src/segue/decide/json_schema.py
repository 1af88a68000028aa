"""Whether data fits a JSON schema (draft 2020-12, as far as pydantic writes it): pure, bounded, and silent about secrets.

`pattern` and `format` are left to the code that uses the data: a pattern from outside could keep a server busy for ever.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

Schema = Mapping[str, object]
#: Schemas within schemas, and values within values, at most.
_DEPTH = 64
#: Characters of a value in a message.
_SHOWN = 60


def faults(
    schema: Schema, value: object, *, hidden: Callable[[tuple[str, ...]], bool], skip: Callable[[object], bool]
) -> list[str]:
    """Return what does not fit, one sentence for each place.

    `hidden` says which places must not be shown, `skip` which values stand for something else and are not looked at.
    """
    return list(_Check(schema, hidden, skip).at((), schema, value, 0))


class _Check:
    def __init__(self, root: Schema, hidden: Callable[[tuple[str, ...]], bool], skip: Callable[[object], bool]) -> None:
        self._root, self._hidden, self._skip = root, hidden, skip

    def at(self, place: tuple[str, ...], schema: object, value: object, depth: int) -> Iterator[str]:
        if schema is True or self._skip(value):
            return
        if depth > _DEPTH:
            yield f"{_named(place)} is nested too deep"
            return
        if not isinstance(schema, Mapping):
            yield f"{_named(place)} is not allowed"
            return
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = self._referred(reference)
            if target is not None:
                yield from self.at(place, target, value, depth + 1)
        yield from self._combined(place, schema, value, depth)
        yield from self._valued(place, schema, value)
        if isinstance(value, Mapping):
            yield from self._object(place, schema, cast("Mapping[str, object]", value), depth)
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            yield from self._array(place, schema, value, depth)

    def _referred(self, reference: str) -> object:
        found: object = self._root
        for part in reference.removeprefix("#").strip("/").split("/"):
            if part:
                found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        return found

    def _combined(self, place: tuple[str, ...], schema: Schema, value: object, depth: int) -> Iterator[str]:
        for part in _list(schema.get("allOf")):
            yield from self.at(place, part, value, depth + 1)
        for word in ("anyOf", "oneOf"):
            parts = _list(schema.get(word))
            if not parts:
                continue
            tried = [list(self.at(place, part, value, depth + 1)) for part in parts]
            fit = sum(not wrong for wrong in tried)
            if fit == 0:
                # Of several ways to be wrong, the one that went deepest is what was meant.
                yield from max(tried, key=lambda wrong: (max(text.count(".") for text in wrong), -len(wrong)))
            elif fit > 1 and word == "oneOf":
                yield f"{_named(place)} fits several forms of which it must fit one"
        if "not" in schema and not list(self.at(place, schema["not"], value, depth + 1)):
            yield f"{_named(place)} has a form that is not allowed"

    def _valued(self, place: tuple[str, ...], schema: Schema, value: object) -> Iterator[str]:
        kinds = schema.get("type")
        wanted = [kinds] if isinstance(kinds, str) else [str(kind) for kind in _list(kinds)]
        if wanted and not any(_is(kind, value) for kind in wanted):
            yield f"{_named(place)} must be {' or '.join(map(_word, wanted))}, not {self._shown(place, value)}"
            return
        if "const" in schema and not _same(schema["const"], value):
            yield f"{_named(place)} must be {_text(schema['const'])}, not {self._shown(place, value)}"
        choices = _list(schema.get("enum"))
        if choices and not any(_same(choice, value) for choice in choices):
            yield f"{_named(place)} must be one of {', '.join(map(_text, choices))}, not {self._shown(place, value)}"
        for word, sentence, fits in _BOUNDS:
            bound = schema.get(word)
            if _is("number", bound) and not fits(value, cast("float", bound)):
                yield f"{_named(place)} must {sentence.format(bound)}, not {self._shown(place, value)}"

    def _object(self, place: tuple[str, ...], schema: Schema, value: Mapping[str, object], depth: int) -> Iterator[str]:
        known = schema.get("properties")
        properties: Mapping[str, object] = known if isinstance(known, Mapping) else {}
        for name in _list(schema.get("required")):
            if name not in value:
                yield f"{_named((*place, str(name)))} is missing"
        others = schema.get("additionalProperties", True)
        for name, item in value.items():
            inner = (*place, name)
            if name in properties:
                yield from self.at(inner, properties[name], item, depth + 1)
            elif others is False and not _list(schema.get("patternProperties")):
                yield f"{_named(inner)} is not a field"
            elif isinstance(others, Mapping):
                yield from self.at(inner, others, item, depth + 1)

    def _array(self, place: tuple[str, ...], schema: Schema, value: Sequence[object], depth: int) -> Iterator[str]:
        first = _list(schema.get("prefixItems"))
        for number, item in enumerate(value):
            inner = (*place, str(number))
            if number < len(first):
                yield from self.at(inner, first[number], item, depth + 1)
            elif "items" in schema:
                yield from self.at(inner, schema["items"], item, depth + 1)
        if schema.get("uniqueItems") is True and len({msgspec.json.encode(item) for item in value}) < len(value):
            yield f"{_named(place)} has the same item twice"

    def _shown(self, place: tuple[str, ...], value: object) -> str:
        return "what it is" if self._hidden(place) else _text(value)


def _is(kind: str, value: object) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return _is("number", value) and float(cast("float", value)).is_integer()
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list | tuple)
        case "object":
            return isinstance(value, Mapping)
        case _:
            # A kind that only a newer schema knows.
            return True


def _sized(kind: type[Any], fits: Callable[[int, float], bool]) -> Callable[[object, float], bool]:
    return lambda value, bound: not isinstance(value, kind) or fits(len(cast("str", value)), bound)


def _numbered(fits: Callable[[float, float], bool]) -> Callable[[object, float], bool]:
    return lambda value, bound: not _is("number", value) or fits(cast("float", value), bound)


def _multiple(value: float, of: float) -> bool:
    return of == 0 or math.isclose(value / of, round(value / of), rel_tol=1e-9, abs_tol=1e-9)


_BOUNDS: tuple[tuple[str, str, Callable[[object, float], bool]], ...] = (
    ("minimum", "be at least {}", _numbered(lambda value, bound: value >= bound)),
    ("maximum", "be at most {}", _numbered(lambda value, bound: value <= bound)),
    ("exclusiveMinimum", "be more than {}", _numbered(lambda value, bound: value > bound)),
    ("exclusiveMaximum", "be less than {}", _numbered(lambda value, bound: value < bound)),
    ("multipleOf", "be a multiple of {}", _numbered(_multiple)),
    ("minLength", "have at least {} characters", _sized(str, lambda size, bound: size >= bound)),
    ("maxLength", "have at most {} characters", _sized(str, lambda size, bound: size <= bound)),
    ("minItems", "have at least {} items", _sized(list, lambda size, bound: size >= bound)),
    ("maxItems", "have at most {} items", _sized(list, lambda size, bound: size <= bound)),
    ("minProperties", "have at least {} entries", _sized(dict, lambda size, bound: size >= bound)),
    ("maxProperties", "have at most {} entries", _sized(dict, lambda size, bound: size <= bound)),
)
_WORDS = {
    "null": "nothing", "boolean": "true or false", "integer": "a whole number", "number": "a number", "string": "a text",
    "array": "a list", "object": "an object",
}  # fmt: skip


def _word(kind: str) -> str:
    return _WORDS.get(kind, kind)


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _named(place: tuple[str, ...]) -> str:
    return ".".join(place) or "the whole"


def _text(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
