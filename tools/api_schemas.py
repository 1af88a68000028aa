"""What operations take and answer, as JSON schemas: from the structs, with what the comments above their fields say."""

from __future__ import annotations

import inspect
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from segue.wire.codec import Problem
from segue.wire.operation import Operation, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

REF = "#/components/schemas/{name}"
_FIELD = re.compile(r"^    (?P<name>\w+): ")


def schemas(operations: Iterable[Operation[Any, Any]]) -> dict[str, Json]:
    """Return the schema of everything that operations take and answer, by name."""
    types = {type_ for each in operations for type_ in (each.request, each.response)} - {Page, str} | {Problem}
    ordered = sorted(types, key=lambda type_: type_.__name__)
    _, known = msgspec.json.schema_components(ordered, schema_hook=_any, ref_template=REF)
    by_name = {type_.__name__: type_ for type_ in _all_structs(ordered)}
    for name, schema in known.items():
        # Beginning with Python 3.13 docstrings come without their indentation; the document is the same on each.
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
        type_ = by_name.get(name)
        if type_ is not None:
            _describe(schema, type_)
    return dict(sorted(cast("dict[str, Json]", known).items()))


def _any(_: type) -> Json:
    return {"description": "Any JSON."}


def _all_structs(types: Iterable[Any]) -> set[Any]:
    found: set[Any] = set()
    todo: list[Any] = [msgspec.inspect.type_info(type_) for type_ in types]
    while todo:
        info = todo.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in found:
                continue
            found.add(info.cls)
            todo += [field.type for field in info.fields]
        todo += [value for value in _parts(info) if isinstance(value, msgspec.inspect.Type)]
    return found


def _parts(info: Any) -> Iterator[Any]:
    for name in ("item_type", "key_type", "value_type", "type"):
        value = getattr(info, name, None)
        if value is not None:
            yield value
    yield from getattr(info, "types", None) or ()
    yield from getattr(info, "item_types", None) or ()


def _describe(schema: Json, type_: Any) -> None:
    """Add to a schema what the comments above the fields say, and what msgspec does not say of instants."""
    said = _comments(type_)
    hints = {field.encode_name: field for field in msgspec.structs.fields(type_)}
    for name, found in schema.get("properties", {}).items():
        field = hints.get(name)
        if field is None:
            continue
        if field.name in said:
            found["description"] = said[field.name]
        if datetime in _plain(field.type):
            for option in found.get("anyOf", [found]):
                if option.get("type") == "string":
                    option["format"] = "date-time"


def _plain(hint: Any) -> tuple[Any, ...]:
    return (hint, *getattr(hint, "__args__", ()))


def _comments(type_: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(type_.__mro__):
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            found |= _comments_in(inspect.getsource(base))
    return found


def _comments_in(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    words: list[str] = []
    for line in source.splitlines():
        if line.startswith("    #: "):
            words.append(line.removeprefix("    #: "))
            continue
        field = _FIELD.match(line)
        if field is not None and words:
            found[field["name"]] = " ".join(words)
        words = []
    return found
