"""Pydantic's part in checking parameters; imported only when an argument is not exactly what its annotation says."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

import pydantic
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from segue.engine.signature import Signature
from segue.exceptions import ParameterTypeError

_PREFIX = "p__"


def make_model(function: Callable[..., Any], signature: Signature) -> type[BaseModel]:
    """Return a model with one field per annotated parameter; field names are prefixed, because models reserve some."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 - evaluating a user's annotations may raise anything
        # A name in an annotation cannot be resolved (a type imported for checking only): that parameter is not checked.
        hints = {}
    fields: dict[str, Any] = {}
    for name, parameter in signature.full().parameters.items():
        loose = parameter.kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
        annotation = Any if loose else hints.get(name, Any)
        default = parameter.default
        if loose:
            # What was not given is empty, as in a call.
            empty: Any = () if parameter.kind is inspect.Parameter.VAR_POSITIONAL else {}
            fields[_PREFIX + name] = (annotation, Field(default=empty, alias=name))
        elif isinstance(default, FieldInfo):
            default.alias = name
            fields[_PREFIX + name] = (annotation, default)
        elif default is inspect.Parameter.empty:
            fields[_PREFIX + name] = (annotation, Field(alias=name))
        else:
            fields[_PREFIX + name] = (annotation, Field(default=default, alias=name))
    config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())
    return create_model("Parameters", __config__=config, **fields)


def coerce(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as pydantic's lax mode makes them; raises ParameterTypeError."""
    # A default written as `Field(default=…)` is the model's to fill in; every other value is checked, defaults too.
    given = {name: value for name, value in values.items() if not isinstance(value, FieldInfo)}
    try:
        checked = model.model_validate(given)
    except ValidationError as error:
        raise ParameterTypeError.of(_lines(error)) from None
    return {name: getattr(checked, _PREFIX + name) for name in values}


def completed(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """Return every parameter as pydantic's lax mode makes it, defaults included; raises ParameterTypeError."""
    try:
        checked = model.model_validate(values)
    except ValidationError as error:
        raise ParameterTypeError.of(_lines(error)) from None
    return {name.removeprefix(_PREFIX): getattr(checked, name) for name in model.model_fields}


def _lines(error: ValidationError) -> list[str]:
    problems: list[str] = []
    for each in error.errors(include_url=False):
        place = ".".join(str(part) for part in each["loc"])
        problems.append(f"{place}: {each['msg']}")
    return problems


def is_model(value: object) -> bool:
    """Whether a value is a pydantic model."""
    return isinstance(value, pydantic.BaseModel)
