"""Rules of blocks: what is secret in their data, what refers to other documents, what names and checksums are.

A schema lists its secrets as paths: `password`, `login.token`, `options.*` (every value of a mapping). A list on the way stands for
each of its items, and everything below the end of a path is secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

from segue.decide.json_schema import faults
from segue.model.blocks import MASKED, reference

Data = dict[str, object]
Paths = tuple[tuple[str, ...], ...]

#: Names of what is secret.
_SECRET = re.compile(r"pass|secret|token|key|credential|auth|signature", re.IGNORECASE)
NAME = re.compile(r"[a-z0-9-]+")
NAME_SENTENCE = "Block document name must only contain lowercase letters, numbers, and dashes."
_ENCODER = msgspec.json.Encoder(order="deterministic")


def checksum(fields: Mapping[str, object]) -> str:
    """Return the checksum that a schema is known by: equal fields in any order have the same."""
    return f"sha256:{hashlib.sha256(_ENCODER.encode(fields)).hexdigest()}"


def secret_paths(fields: Mapping[str, object]) -> Paths:
    """Return the paths of a schema's secrets."""
    found = fields.get("secret_fields")
    return tuple(tuple(str(path).split(".")) for path in found) if isinstance(found, list) else ()


def masked(data: Data, paths: Paths) -> Data:
    """Return data with a mask in place of every secret; empty values and lists keep their form."""
    return cast("Data", _changed(data, paths, _mask))


def secrets_in(data: Data, paths: Paths) -> list[str]:
    """Return the texts that are secret in the data."""
    found: list[str] = []

    def take(value: object) -> object:
        found.extend(_texts(value))
        return value

    _changed(data, paths, take)
    return found


def secrets_named_so(data: Data, paths: Paths) -> list[str]:
    """Return the texts at these paths that a name on the way calls a secret: of `region` and `password` only the second."""
    found: list[str] = []

    def walk(value: object, way: tuple[str, ...], *, called_so: bool) -> None:
        if called_so and not way:
            found.extend(_texts(value))
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if not way or way[0] in (key, "*"):
                    walk(item, way[1:], called_so=called_so or bool(_SECRET.search(str(key))))
        elif isinstance(value, list):
            for item in value:
                walk(item, way, called_so=called_so)

    for path in paths:
        walk(data, path, called_so=False)
    return found


def has_secrets(data: Data, paths: Paths) -> bool:
    """Say whether there is anything secret in the data."""
    return masked(data, paths) != data


def unmasked(data: Data, before: Data, paths: Paths) -> Data:
    """Return data in which each secret that stands masked is the one from before."""
    return cast("Data", _restored(data, before, paths))


def still_masked(data: Data, paths: Paths) -> bool:
    """Say whether a mask stands where a secret belongs."""
    return MASKED in secrets_in(data, paths)


def is_reference(value: object) -> bool:
    """Say whether a value stands for another document."""
    return reference(value) is not None


def misfits(fields: Mapping[str, object], data: Data) -> list[str]:
    """Return why data does not fit a schema; secrets are not shown."""
    paths = secret_paths(fields)
    return faults(fields, data, hidden=lambda place: is_secret(place, paths), skip=is_reference)


def is_secret(place: tuple[str, ...], paths: Paths) -> bool:
    """Say whether what lies at a place is secret."""
    # Numbers in a place are those of items, which paths do not name.
    named = tuple(part for part in place if not part.isdigit())
    for path in paths:
        plain = path[:-1] if path[-1] == "*" else path
        if len(named) >= len(plain) and all(want in ("*", part) for want, part in zip(plain, named, strict=False)):
            return True
    return False


def _mask(value: object) -> object:
    match value:
        case None:
            return None
        case Mapping():
            return {key: _mask(item) for key, item in value.items()}
        case list():
            return [_mask(item) for item in value]
        case _:
            return MASKED


def _changed(value: object, paths: Iterable[tuple[str, ...]], change: Callable[[object], object]) -> object:
    """Return the value with everything at the end of a path changed."""
    ways = list(paths)
    if not ways or is_reference(value):
        return value
    if any(not way for way in ways):
        return change(value)
    if isinstance(value, list):
        return [_changed(item, ways, change) for item in value]
    if not isinstance(value, Mapping):
        # A secret mapping that is a text, or the like: secret all the same.
        return change(value) if any(way == ("*",) for way in ways) else value
    return {
        key: _changed(item, [way[1:] for way in ways if way[0] in (key, "*")], change) for key, item in value.items()
    }


def _restored(value: object, before: object, paths: Iterable[tuple[str, ...]]) -> object:
    ways = list(paths)
    if not ways or is_reference(value):
        return value
    if value == MASKED and any(way in ((), ("*",)) for way in ways):
        return before
    if isinstance(value, list):
        old = before if isinstance(before, list) else []
        return [_restored(item, old[n] if n < len(old) else item, ways) for n, item in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    known: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
    return {
        key: _restored(
            item, known.get(key, item), [way[1:] for way in ways if way and way[0] in (key, "*")] or _below(ways)
        )
        for key, item in value.items()
    }


def _below(ways: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Below the end of a path everything is secret."""
    return [()] if () in ways else []


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case int() | float() if not isinstance(value, bool):
            yield str(value)
