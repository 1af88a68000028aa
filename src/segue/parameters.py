"""Checks a flow's arguments against its annotations: by identity of type where that is enough, by pydantic where it is not."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from enum import Enum
from math import isfinite
from typing import Any

from segue.engine.signature import Signature
from segue.exceptions import ParameterTypeError, SignatureMismatchError
from segue.upstream import ATOMS

#: What JSON has forms for.
_PLAIN = frozenset({int, str, bool, type(None)})
#: Annotations that a value of exactly this type meets without more ado. Containers are not among them: pydantic copies them.
_EXACT: dict[object, type] = {int: int, str: str, float: float, bool: bool, bytes: bytes, None: type(None)}
_EXACT_NAMES = {name: getattr(builtins, name) for name in ("int", "str", "float", "bool", "bytes")} | {
    "None": type(None)
}


class Parameters:
    """The annotated parameters of one function."""

    def __init__(self, function: Callable[..., Any], signature: Signature) -> None:
        self._function = function
        self._signature = signature
        self._model: Any = None

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values as their annotations want them; raises ParameterTypeError naming each wrong parameter."""
        try:
            annotations = getattr(self._function, "__annotations__", {})
        except NameError:
            # From Python 3.14 on they are evaluated here; one names a type that is imported for checking only.
            return self._by_pydantic(values)
        if all(self._plainly_fits(annotations.get(name, Any), value) for name, value in values.items()):
            return values
        return self._by_pydantic(values)

    def _plainly_fits(self, annotation: Any, value: Any) -> bool:
        if annotation is Any or annotation is object:
            return True
        if isinstance(annotation, str):
            # Postponed annotations: a built-in's name means the built-in unless the module shadows it.
            if annotation in {"Any", "object"}:
                return True
            exact = _EXACT_NAMES.get(annotation)
            if exact is None or annotation in getattr(self._function, "__globals__", {}):
                return False
            return type(value) is exact
        return (
            annotation in _EXACT
            if value is None and annotation is None
            else (isinstance(annotation, type) and annotation in ATOMS and type(value) is annotation)
        )

    def _by_pydantic(self, values: dict[str, Any]) -> dict[str, Any]:
        from segue.pydantic_parameters import coerce, make_model  # noqa: PLC0415 - pydantic's door: exact built-ins skip it

        if self._model is None:
            self._model = make_model(self._function, self._signature)
        return coerce(self._model, values)

    def completed(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return all parameters of a call that was not made yet; raises ParameterTypeError, also for what is missing."""
        from segue.pydantic_parameters import completed, make_model  # noqa: PLC0415 - pydantic's door: see above

        self.check_names(values)
        if self._model is None:
            self._model = make_model(self._function, self._signature)
        return completed(self._model, values)

    def check_names(self, given: dict[str, Any]) -> None:
        """Refuse parameters that the function does not have; raises SignatureMismatchError."""
        names = list(self._signature.parameter_names())
        if not set(given) <= set(names):
            raise SignatureMismatchError(
                f"Function expects parameters {names} but was provided with parameters {list(given)}"
            )


def wrong(problems: list[str]) -> ParameterTypeError:
    """Return the error for these problems."""
    return ParameterTypeError.of(problems)


def describe(values: dict[str, Any]) -> dict[str, object]:
    """Return parameters as JSON can hold them; a value that JSON cannot hold is described by its type and short repr."""
    return {name: _plain(value, 0) for name, value in values.items()}


def as_json(values: dict[str, Any]) -> dict[str, object]:
    """Return parameters as they travel to another process; raises ValueError for a value that JSON cannot hold."""
    if all(type(value) in _PLAIN for value in values.values()):
        return dict(values)
    from pydantic_core import PydanticSerializationError, to_jsonable_python  # noqa: PLC0415 - pydantic's door: see above

    made: dict[str, object] = {}
    for name, value in values.items():
        try:
            made[name] = _finite(to_jsonable_python(value))
        except (PydanticSerializationError, ValueError) as problem:
            raise ValueError(
                f"Parameter {name!r} cannot travel to another process: JSON has no form for a {type(value).__name__} "
                f"({problem}). Save it, and pass where it is."
            ) from problem
    return made


def _finite(value: Any) -> object:
    """Numbers that JSON has no form for, as the words by which a parameter that is a number knows them."""
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124 - as IEEE 754 says
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any, depth: int) -> object:
    if isinstance(value, Enum):
        return _plain(value.value, depth + 1)
    if value is None or isinstance(value, str | bool | int | float):
        return value if not isinstance(value, float) or isfinite(value) else repr(value)
    if depth > 6:
        return _shape(value)
    if isinstance(value, dict):
        return {_key(key): _plain(item, depth + 1) for key, item in list(value.items())[:1000]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth + 1) for item in list(value)[:1000]]
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if hasattr(type(value), "__dataclass_fields__"):
        return {name: _plain(getattr(value, name, None), depth + 1) for name in type(value).__dataclass_fields__}
    dump = getattr(value, "model_dump", None)
    if callable(dump) and not isinstance(value, type):
        return _plain(dump(), depth + 1)
    return _by_module(value)


def _key(key: object) -> str:
    return str(key.value if isinstance(key, Enum) else key)


def _by_module(value: Any) -> object:
    """Values of the standard library, known by where they come from: nobody who has none pays for its import."""
    # Beginning with Python 3.13 a path's class is in a part of its module.
    match type(value).__module__.removesuffix("._local"):
        case "uuid" | "pathlib" | "pydantic.types":
            return str(value)
        case "decimal" if not value.is_finite():
            return str(value)
        case "decimal":
            return int(value) if value == value.to_integral_value() and value.as_tuple().exponent >= 0 else float(value)
        case "datetime" if hasattr(value, "total_seconds"):
            return value.total_seconds()
    return _shape(value)


def _shape(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a user's repr may raise anything, and a record must not fail over it
        text = f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
    return text if len(text) <= 200 else text[:199] + "…"
