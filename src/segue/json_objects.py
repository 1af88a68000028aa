"""Values that JSON has no form for, as objects that name their class: `{"__class__": "uuid.UUID", "data": "…"}`."""

from __future__ import annotations

import base64
import dataclasses
import enum
import importlib
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID

import msgspec

#: How values of a class, and of its subclasses, are written and made again; the first that fits counts.
_FORMS: tuple[tuple[type, Callable[[Any], object], Callable[[Any, Any], object]], ...] = (
    (enum.Enum, lambda value: value.value, lambda cls, data: cls(data)),
    (datetime, datetime.isoformat, lambda cls, data: cls.fromisoformat(data)),
    (date, date.isoformat, lambda cls, data: cls.fromisoformat(data)),
    (time, time.isoformat, lambda cls, data: cls.fromisoformat(data)),
    (timedelta, lambda value: [value.days, value.seconds, value.microseconds], lambda cls, data: cls(*data)),
    (UUID, str, lambda cls, data: cls(data)),
    (Decimal, str, lambda cls, data: cls(data)),
    (PurePath, str, lambda cls, data: cls(data)),
    (set, list, lambda cls, data: cls(data)),
    (frozenset, list, lambda cls, data: cls(data)),
    (bytes, lambda value: base64.b64encode(value).decode(), lambda cls, data: cls(base64.b64decode(data))),
    (complex, lambda value: [value.real, value.imag], lambda cls, data: cls(*data)),
    (msgspec.Struct, msgspec.to_builtins, lambda cls, data: msgspec.convert(data, cls)),
)


def encode_object(obj: object) -> dict[str, object]:
    """Write one value as a JSON object; raises TypeError when there is no form for it."""
    if isinstance(obj, BaseException):
        return {"__exc_type__": _path(type(obj)), "message": str(obj)}
    for cls, write, _ in _FORMS:
        if isinstance(obj, cls):
            return {"__class__": _path(type(obj)), "data": write(obj)}
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        data = {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}
        return {"__class__": _path(type(obj)), "data": data}
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and isinstance(obj, pydantic.BaseModel):
        # A parameterised generic model cannot be imported by its own name; its origin can.
        cls = obj.__pydantic_generic_metadata__.get("origin") or type(obj)
        return {"__class__": _path(cls), "data": obj.model_dump(mode="json", by_alias=True, round_trip=True)}
    raise TypeError(f"Object of type {type(obj).__name__} is not JSON serializable")


def decode_object(found: dict[str, Any]) -> object:
    """Make a value again from its JSON object; other objects, and those of classes not found here, stay as they are."""
    if "__exc_type__" in found:
        cls = _class(found["__exc_type__"])
        if not isinstance(cls, type) or not issubclass(cls, BaseException):
            raise ValueError(f"Invalid exception type: {found['__exc_type__']!r}")
        return cls(found["message"])
    if "__class__" not in found or "data" not in found:
        return found
    cls, data = _class(found["__class__"]), found["data"]
    if not isinstance(cls, type):
        return found
    for kind, _, make in _FORMS:
        if issubclass(cls, kind):
            return make(cls, data)
    if dataclasses.is_dataclass(cls):
        return _dataclass(cls, data)
    if hasattr(cls, "model_validate"):
        return cls.model_validate(data)
    return found


def _dataclass(cls: type[Any], data: dict[str, Any]) -> object:
    given = {field.name: data[field.name] for field in dataclasses.fields(cls) if field.init and field.name in data}
    made: object = cls(**given)
    for name in data.keys() - given.keys():
        object.__setattr__(made, name, data[name])
    return made


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _class(path: str) -> object:
    module, _, name = path.rpartition(".")
    names = [name]
    while module:
        try:
            found: object = importlib.import_module(module)
        except ImportError:
            module, _, name = module.rpartition(".")
            names.insert(0, name)
            continue
        for each in names:
            found = getattr(found, each, None)
        return found
    return None
