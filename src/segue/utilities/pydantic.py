"""Pydantic models made in steps, pickled and parsed, under the names users know."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar, overload

import cloudpickle
from pydantic import BaseModel, Secret, TypeAdapter
from pydantic_core import to_jsonable_python

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

_OWN = frozenset({"_model", "_given"})


class PartialModel(Generic[M]):
    """A model in the making: its fields are given here, by assignment, or to `finalize`, each once; validated at the end.

    Raises ValueError for a field that the model does not have, or that was given already.
    """

    def __init__(self, __model_cls: type[M], **kwargs: Any) -> None:
        self._model = __model_cls
        self._given: dict[str, Any] = {}
        for name, value in kwargs.items():
            setattr(self, name, value)

    def finalize(self, **kwargs: Any) -> M:
        """Return the model with these fields as well; raises pydantic's ValidationError."""
        for name in kwargs:
            self._check(name)
        return self._model(**self._given, **kwargs)

    def _check(self, name: str) -> None:
        if name in self._given:
            raise ValueError(f"{name!r} was given before, and a field is given once")
        if name not in self._model.model_fields:
            raise ValueError(
                f"{self._model.__name__} has no field {name!r}: it has {', '.join(self._model.model_fields) or 'none'}"
            )

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
            return
        self._check(name)
        self._given[name] = value

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self._given.items())
        return f"{type(self).__name__}(cls={self._model.__name__}{given})"


def parse_obj_as(type_: type[T], data: Any, mode: Literal["python", "json", "strings"] = "python") -> T:
    """Return data as a type: Python objects, a text of JSON, or strings; raises pydantic's ValidationError.

    One item for a list of models is taken for that list's only one.
    """
    adapter: TypeAdapter[T] = TypeAdapter(type_)
    if mode == "json":
        return adapter.validate_json(data)
    if mode == "strings":
        return adapter.validate_strings(data)
    return adapter.validate_python(data)


def get_class_fields_only(model: type[BaseModel]) -> set[str]:
    """Return the names of the fields that the class itself defines, anew or over one of its bases."""
    return set(inspect.get_annotations(model)) & set(model.model_fields)


def custom_pydantic_encoder(type_encoders: dict[Any, Callable[[Any], Any]], obj: Any) -> Any:
    """Return `obj` as JSON knows it: by the encoder of the nearest of its classes, else as pydantic does it."""
    for kind in type(obj).__mro__[:-1]:
        if kind in type_encoders:
            return type_encoders[kind](obj)
    return obj.model_dump(mode="json") if isinstance(obj, BaseModel) else to_jsonable_python(obj)


def handle_secret_render(value: object, context: dict[str, Any]) -> object:
    """Return a secret as the context wants it (`include_secrets`: in clear, else hidden), and anything else as it is."""
    hidden: Any = value
    if isinstance(value, Secret) or callable(getattr(value, "get_secret_value", None)):
        return hidden.get_secret_value() if context.get("include_secrets") else "*" * 8
    if isinstance(value, BaseModel):
        return {
            name: handle_secret_render(getattr(value, name), context)
            if callable(getattr(getattr(value, name), "get_secret_value", None))
            else getattr(value, name)
            for name in type(value).model_fields
        }
    return value


@overload
def add_cloudpickle_reduction(__model_cls: type[M]) -> type[M]: ...
@overload
def add_cloudpickle_reduction(**kwargs: Any) -> Callable[[type[M]], type[M]]: ...
def add_cloudpickle_reduction(
    __model_cls: type[M] | None = None, **kwargs: Any
) -> type[M] | Callable[[type[M]], type[M]]:
    """Let instances of a model be pickled by their fields alone, the class by value where need be.

    `kwargs` (`include`, `exclude`) say which fields.
    """

    def added(model: type[M]) -> type[M]:
        def reduced(self: M) -> tuple[Any, ...]:
            return _restored, (cloudpickle.dumps(type(self)), self.model_dump_json(**kwargs))

        model.__reduce__ = reduced  # type: ignore[method-assign,assignment]  # what pickle asks
        return model

    return added if __model_cls is None else added(__model_cls)


def _restored(model: bytes, data: str) -> BaseModel:
    kind: type[BaseModel] = cloudpickle.loads(model)
    return kind.model_validate_json(data)
