"""Walks through and changes of nested collections, under the names users know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from itertools import islice
from typing import Any, TypeVar, cast
from unittest.mock import Mock

from segue.utilities.annotations import BaseAnnotation

K = TypeVar("K")
T = TypeVar("T")
H = TypeVar("H", bound=Hashable)
Nested = dict[str, Any]


class AutoEnum(str, Enum):
    """An enumeration whose `AutoEnum.auto()` members have their own name as value."""

    @staticmethod
    def _generate_next_value_(name: str, *_: object) -> str:
        return name

    @staticmethod
    def auto() -> Any:
        """Return what stands for the member's name."""
        from enum import auto  # noqa: PLC0415 - the name is this method's

        return auto()

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.value}"


def dict_to_flatdict(dct: dict[K, Any]) -> dict[tuple[K, ...], Any]:
    """Return the leaves of nested dicts by the tuple of keys that leads to each; an empty dict is a leaf."""
    return dict(_leaves(dct, ()))


def _leaves(dct: dict[K, Any], above: tuple[K, ...]) -> Iterator[tuple[tuple[K, ...], Any]]:
    for key, value in dct.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def flatdict_to_dict(dct: dict[tuple[K, ...], Any]) -> dict[K, Any]:
    """Return nested dicts made of leaves by tuples of keys: the way back from `dict_to_flatdict`."""
    made: dict[K, Any] = {}
    for keys, value in dct.items():
        inner = made
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[keys[-1]] = value
    return made


def isiterable(obj: Any) -> bool:
    """Return whether a value can be iterated over and is no text, bytes or file."""
    try:
        iter(obj)
    except TypeError:
        return False
    return not isinstance(obj, str | bytes) and not hasattr(obj, "read")


def ensure_iterable(obj: T | Iterable[T]) -> Collection[T]:
    """Return a collection: the value itself where it is a sequence or a set, else a list of the one value."""
    if isinstance(obj, Sequence | set | frozenset):
        return cast("Collection[T]", obj)
    return [cast("T", obj)]


def listrepr(objs: Iterable[Any], sep: str = " ") -> str:
    """Return the reprs of values, joined."""
    return sep.join(map(repr, objs))


def extract_instances(objects: Iterable[Any], types: type[T] | tuple[type[T], ...]) -> list[T] | dict[type[T], list[T]]:
    """Return the values of one type as a list, or of several types as a dict of lists."""
    if not isinstance(types, tuple):
        return [each for each in objects if isinstance(each, types)]
    found: dict[type[T], list[T]] = {}
    for each in objects:
        for kind in types:
            if isinstance(each, kind):
                found.setdefault(kind, []).append(each)
    return found


def batched_iterable(iterable: Iterable[T], size: int) -> Generator[tuple[T, ...], None, None]:
    """Yield the items in tuples of `size`; the last may be shorter."""
    items = iter(iterable)
    while batch := tuple(islice(items, size)):
        yield batch


class StopVisiting(BaseException):
    """Raised by a visiting function to leave what is in a value unvisited; the value itself stays."""


def visit_collection(
    expr: Any,
    visit_fn: Callable[..., Any],
    *,
    return_data: bool = False,
    max_depth: int = -1,
    context: dict[str, Any] | None = None,
    remove_annotations: bool = False,
    _seen: dict[int, Any] | None = None,
) -> Any:
    """Call a function with a value and with everything in it, outermost first.

    With `return_data=True` what it returns takes the place of what it was given, and the whole is returned: rebuilt where
    something changed, else the very value. It looks into lists, tuples, sets, dicts, dataclasses, pydantic models and annotations,
    `max_depth` levels deep (-1: all). With a `context` the function is called with `(value, context)`, a copy for each
    level. It may raise `StopVisiting`.
    """
    made = _Visit(visit_fn, return_data, remove_annotations).visit(expr, max_depth, context)
    return made if return_data else None


class _Visit:
    """One walk."""

    def __init__(self, function: Callable[..., Any], wanted: bool, bare: bool) -> None:  # noqa: FBT001 - from its one caller
        self._function, self._wanted, self._bare = function, wanted, bare
        #: Containers we are inside of: a value may contain itself.
        self._inside: set[int] = set()

    def visit(self, expr: Any, depth: int, context: dict[str, Any] | None) -> Any:
        """Visit a value, and what is in it."""
        if context is not None:
            context = context.copy()
        try:
            seen = self._function(expr) if context is None else self._function(expr, context)
        except StopVisiting:
            return expr
        value = seen if self._wanted else expr
        if depth == 0 or id(value) in self._inside or isinstance(value, type | Mock):
            return value
        self._inside.add(id(value))
        try:
            return self._within(value, depth - 1, context)
        finally:
            self._inside.discard(id(value))

    def _within(self, value: Any, depth: int, context: dict[str, Any] | None) -> Any:
        if isinstance(value, BaseAnnotation):
            return self._annotated(value, depth, context)
        kind = type(value)
        if kind in {list, tuple, set, frozenset}:
            items = list(value)
            visited = [self.visit(each, depth, context) for each in items]
            return kind(visited) if _changed(items, visited) else value
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            visited = [self.visit(each, depth, context) for each in value]
            return kind(*visited) if _changed(list(value), visited) else value
        if isinstance(value, dict):
            pairs = list(value.items())
            made = [(self.visit(key, depth, context), self.visit(each, depth, context)) for key, each in pairs]
            same = all(key is k and each is e for (key, each), (k, e) in zip(pairs, made, strict=True))
            return value if same else _like(value, made)
        if is_dataclass(value):
            return self._dataclass(value, depth, context)
        if hasattr(kind, "model_fields") and hasattr(value, "__pydantic_fields_set__"):
            return self._model(value, depth, context)
        return value

    def _annotated(self, value: BaseAnnotation[Any], depth: int, context: dict[str, Any] | None) -> Any:
        if context is not None:
            context["annotation"] = value
        inner = value.unwrap()
        visited = self.visit(inner, depth, context)
        if self._bare:
            return visited
        return value if visited is inner else value.rewrap(visited)

    def _dataclass(self, value: Any, depth: int, context: dict[str, Any] | None) -> Any:
        old = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        new = {name: self.visit(each, depth, context) for name, each in old.items()}
        return replace(value, **new) if _changed(list(old.values()), list(new.values())) else value

    def _model(self, value: Any, depth: int, context: dict[str, Any] | None) -> Any:
        names = set(type(value).model_fields) | set(value.model_extra or {})
        old = {name: getattr(value, name) for name in names if hasattr(value, name)}
        new = {name: self.visit(each, depth, context) for name, each in old.items()}
        changed = {name: each for name, each in new.items() if each is not old[name]}
        if not changed:
            return value
        copy = value.model_copy()
        for name, each in changed.items():
            # Not by assignment: a frozen model is copied as well, and what was visited is not validated again.
            (copy.__dict__ if name in copy.__dict__ else copy.model_extra)[name] = each
        return copy


def _changed(before: list[Any], after: list[Any]) -> bool:
    return any(one is not other for one, other in zip(before, after, strict=True))


def _like(value: dict[Any, Any], pairs: list[tuple[Any, Any]]) -> Any:
    made = dict(pairs)
    if type(value) is dict:
        return made
    with suppress(TypeError):
        return type(value)(made)  # a dict of another kind, which may want more
    return made


def remove_nested_keys(keys_to_remove: list[Hashable], obj: Any) -> Any:
    """Return nested dicts without some keys."""
    if not isinstance(obj, dict):
        return obj
    return {key: remove_nested_keys(keys_to_remove, value) for key, value in obj.items() if key not in keys_to_remove}


def distinct(iterable: Iterable[T], key: Callable[[T], Hashable] | None = None) -> Iterator[T]:
    """Yield each item that was not there before, in order; `key` says what makes two items the same."""
    seen: set[Hashable] = set()
    for item in iterable:
        known = cast("Hashable", item) if key is None else key(item)
        if known not in seen:
            seen.add(known)
            yield item


def get_from_dict(dct: Nested, keys: str | list[str], default: Any = None) -> Any:
    """Return what a path of keys leads to, such as `a.b[0].c` or `["a", "b"]`; the default where it leads nowhere."""
    found: Any = dct
    for key in _steps(keys):
        try:
            found = found[int(key)] if isinstance(found, list | tuple) else found[key]
        except (TypeError, KeyError, IndexError, ValueError):
            return default
    return found


def set_in_dict(dct: Nested, keys: str | list[str], value: Any) -> None:
    """Put a value where a path of keys leads, with dicts on the way there; raises TypeError where a value is in the way."""
    path = _steps(keys)
    inner = dct
    for key in path[:-1]:
        inner = inner.setdefault(key, {})
        if not isinstance(inner, dict):
            raise TypeError(f"Key path exists and contains a non-dict value: {path}")
    inner[path[-1]] = value


def _steps(keys: str | list[str]) -> list[str]:
    return keys.replace("[", ".").replace("]", "").split(".") if isinstance(keys, str) else list(keys)


def deep_merge(dct: Nested, merge: Nested) -> Nested:
    """Return two dicts as one, dicts within them likewise; the second wins."""
    made = dict(dct)
    for key, value in merge.items():
        known = made.get(key)
        made[key] = deep_merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return made


def deep_merge_dicts(*dicts: Nested) -> Nested:
    """Return several dicts as one, dicts within them likewise; later ones win."""
    made: Nested = {}
    for each in dicts:
        made = deep_merge(made, each)
    return made
