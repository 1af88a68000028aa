"""Variables: named JSON values that all runs share."""

from __future__ import annotations

import math
import re
from typing import TypeAlias, TypeVar

from msgspec import Struct

from segue.engine.asks import Do, Script
from segue.engine.session import backend, reading
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, NotFound
from segue.pairs import aplay, play
from segue.refusing import invalid
from segue.wire.operations import VARIABLE_DELETE, VARIABLE_READ, VARIABLE_SET
from segue.wire.requests import ByName, SetVariable

T = TypeVar("T")
#: What JSON knows.
Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
_NAME = re.compile(r"[a-z0-9_-]{1,255}")


class Variable(Struct, kw_only=True):
    """A named JSON value; each class method has an `a…` twin, and is itself awaitable in async code."""

    name: str
    value: Json
    tags: list[str] | None = None

    @classmethod
    def set(cls, name: str, value: Json, tags: list[str] | None = None, overwrite: bool = False) -> Variable:  # noqa: FBT001, FBT002
        """Set a variable; raises ValueError when it exists and `overwrite` is not given, or for what JSON does not know."""
        return play(_set(name, value, tags, overwrite=overwrite))

    @classmethod
    async def aset(cls, name: str, value: Json, tags: list[str] | None = None, overwrite: bool = False) -> Variable:  # noqa: FBT001, FBT002
        """Set a variable."""
        return await aplay(_set(name, value, tags, overwrite=overwrite))

    @classmethod
    def get(cls, name: str, default: T | None = None) -> Json | T:
        """Return the value of a variable, or `default` when there is none."""
        return play(_get(name, default))

    @classmethod
    async def aget(cls, name: str, default: T | None = None) -> Json | T:
        """Return the value of a variable, or `default` when there is none."""
        return await aplay(_get(name, default))

    @classmethod
    def unset(cls, name: str) -> bool:
        """Remove a variable; False when there was none."""
        return play(_unset(name))

    @classmethod
    async def aunset(cls, name: str) -> bool:
        """Remove a variable; False when there was none."""
        return await aplay(_unset(name))


def _set(name: str, value: Json, tags: list[str] | None, *, overwrite: bool) -> Script[Variable]:
    if not _NAME.fullmatch(name):
        sentence = "A variable's name has 1 to 255 lowercase letters, numbers, dashes and underscores."
        raise invalid("Variable", "name", name, sentence)
    request = SetVariable(id=new_id(), name=name, value=_json(value), tags=list(tags or []), overwrite=overwrite)
    try:
        found = yield Do(lambda: backend().call(VARIABLE_SET, request))
    except AlreadyExists:
        raise ValueError(f"Variable {name!r} already exists. Use `overwrite=True` to update it.") from None
    return Variable(name=found.name, value=found.value, tags=list(found.tags))


def _get(name: str, default: T) -> Script[Json | T]:
    try:
        found = yield Do(lambda: reading().call(VARIABLE_READ, ByName(name)))
    except NotFound:
        return default
    value: Json = found.value
    return value


def _unset(name: str) -> Script[bool]:
    try:
        yield Do(lambda: backend().call(VARIABLE_DELETE, ByName(name)))
    except NotFound:
        return False
    return True


def _json(value: object) -> Json:
    """The value with tuples as lists; raises for anything that would not come back as it was."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case list() | tuple():
            return [_json(item) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {key: _json(item) for key, item in value.items()}
    raise invalid("Variable", "value", value, f"A variable holds what JSON knows, not {type(value).__name__}.")
