"""Conditions on one fact of a thing, and how a thing is held against them.

A condition's fields say what it asks: `any_` (one of), `not_any_` (none of), `all_` (all of these tags), `like_` (contains,
ignoring case), `before_` and `after_` (both inclusive), `ge_`, `le_`, `is_null_`, `exists_`. Every field that is given must
hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from segue.client.schemas.words import Word

#: One question: the fact's path (`state.type`), what is asked of it (`any_`), and the operand.
Question = tuple[str, str, object]


class Operator(Word):
    """How the conditions of one filter are combined."""

    and_ = "and_"
    or_ = "or_"


class Conditions(Struct, kw_only=True, forbid_unknown_fields=True):
    """Conditions of any kind; nested ones may be given as dicts."""

    def __post_init__(self) -> None:
        """Turn nested dicts into conditions and operands into plain values."""
        for name, kind in _nested(type(self)).items():
            given = getattr(self, name)
            if isinstance(given, dict):
                setattr(self, name, msgspec.convert(given, kind))
        for name in self.__struct_fields__:
            given = getattr(self, name)
            if name.endswith("_") and given is not None:
                setattr(self, name, plain(given))

    def given(self) -> Iterator[tuple[str, object]]:
        """Yield what is asked, as (field, operand)."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None and name != "operator":
                yield name, value

    def model_dump(self) -> dict[str, object]:
        """Return the conditions that were given, as plain values."""
        dumped: dict[str, object] = {
            name: value.model_dump() if isinstance(value, Conditions) else value for name, value in self.given()
        }
        return dumped


class Filter(Conditions, kw_only=True):
    """Conditions on several facts of a thing, combined by `operator`."""

    #: Facts that users call otherwise than the attribute that holds them.
    attributes: ClassVar[dict[str, str]] = {}

    operator: Operator = Operator.and_

    def questions(self) -> list[Question] | None:
        """Return what is asked as a list of questions that must all hold; None when they are combined otherwise."""
        asked: list[Question] = []
        for name, condition in self.given():
            inner = condition.questions() if isinstance(condition, Filter) else None
            if inner is not None:
                asked += [(f"{name}.{path}", ask, operand) for path, ask, operand in inner]
            elif isinstance(condition, Filter):
                return None
            elif isinstance(condition, Conditions):
                asked += [(name, ask, operand) for ask, operand in condition.given()]
        return asked if self.operator == Operator.and_ or len(asked) < 2 else None

    def holds(self, thing: object, prefix: str = "") -> bool:
        """Say whether a thing is among those that are asked for."""
        answers: list[bool] = []
        for name, condition in self.given():
            if isinstance(condition, Filter):
                answers.append(condition.holds(thing, f"{prefix}{name}."))
            elif isinstance(condition, Conditions):
                path = prefix + name
                fact = getattr(thing, self.attributes.get(path, path).replace(".", "_"))
                either = getattr(condition, "operator", Operator.and_) == Operator.or_
                parts = [answer(fact, ask, operand) for ask, operand in condition.given()]
                answers.append(any(parts) if either and parts else all(parts))
        return any(answers) if self.operator == Operator.or_ and answers else all(answers)


def answer(fact: object, ask: str, operand: object) -> bool:
    """Answer one question about one fact."""
    value = plain(fact)
    match ask:
        case "any_":
            return any(one in _list(operand) for one in _list(value))
        case "not_any_":
            return value not in _list(operand)
        case "all_":
            return all(one in _list(value) for one in _list(operand))
        case "like_" | "query":
            return str(operand).lower() in str(value or "").lower()
        case "startswith_":
            return any(str(value or "").startswith(str(one)) for one in _list(operand))
        case "before_" | "le_":
            return value is not None and value <= operand  # type: ignore[operator]
        case "after_" | "ge_":
            return value is not None and value >= operand  # type: ignore[operator]
        case "is_null_":
            return (value is None or value == []) is bool(operand)
        case "exists_":
            return (value is not None) is bool(operand)
        case "eq_":
            return value == operand
        case _:
            raise TypeError(f"unknown condition {ask!r}")


def plain(value: object) -> object:
    """Return what can be compared with a recorded fact: text for ids and enums, UTC for times."""
    match value:
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
        case list() | tuple() | set() | frozenset():
            return [plain(one) for one in value]
        case _:
            return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


_nested_kinds: dict[type, dict[str, type[Conditions]]] = {}


def _nested(kind: type[Conditions]) -> dict[str, type[Conditions]]:
    """The fields of a filter that are conditions themselves."""
    if kind not in _nested_kinds:
        found: dict[str, type[Conditions]] = {}
        for fact in msgspec.structs.fields(kind):
            for part in getattr(fact.type, "__args__", (fact.type,)):
                if isinstance(part, type) and issubclass(part, Conditions):
                    found[fact.name] = part
        _nested_kinds[kind] = found
    return _nested_kinds[kind]


# --- the kinds of conditions ----------------------------------------------------------------------------------------


class AnyOf(Conditions, kw_only=True):
    """One of these."""

    any_: Sequence[object] | None = None


class AnyOrNone(AnyOf, kw_only=True):
    """One of these, or there (not) at all."""

    operator: Operator = Operator.and_
    is_null_: bool | None = None


class Choice(AnyOf, kw_only=True):
    """One of these and none of those."""

    not_any_: Sequence[object] | None = None


class Text(AnyOf, kw_only=True):
    """One of these texts, or containing one, ignoring case."""

    like_: str | None = None


class Span(Conditions, kw_only=True):
    """A time at or before, at or after an instant."""

    before_: datetime | None = None
    after_: datetime | None = None


class SpanOrNone(Span, kw_only=True):
    """A time within bounds, or there (not) at all."""

    is_null_: bool | None = None


class AllTags(Conditions, kw_only=True):
    """All of these tags, or none at all."""

    operator: Operator = Operator.and_
    all_: Sequence[str] | None = None
    is_null_: bool | None = None


class Tags(AllTags, kw_only=True):
    """All of these tags, one of those, or none at all."""

    any_: Sequence[str] | None = None


class Exists(Conditions, kw_only=True):
    """There is one."""

    exists_: bool | None = None
