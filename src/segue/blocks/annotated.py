"""What the annotations of a block's fields say: which of them are secret, and which hold other blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

#: What pydantic keeps from sight.
SECRETS = (SecretStr, SecretBytes, Secret)


def secret_fields(model: type[BaseModel]) -> list[str]:
    """Return the paths of a model's secrets: `password`, `login.token`, `options.*`; declared ones included."""
    declared = [str(path) for path in getattr(model, "_secret_fields", ())]
    return list(dict.fromkeys([*_of_model(model, "", ()), *declared]))


def _of_model(model: type[BaseModel], before: str, above: tuple[type[BaseModel], ...]) -> Iterator[str]:
    if model in above:
        return
    for name, field in model.model_fields.items():
        yield from _of(field.annotation, f"{before}{field.alias or name}", (*above, model))


def _of(annotation: Any, path: str, above: tuple[type[BaseModel], ...]) -> Iterator[str]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _of(args[0], path, above)
    elif isinstance(annotation, type) and origin is None:
        if issubclass(annotation, SECRETS):
            yield f"{path}.*" if _holds_mapping(annotation) else path
        elif issubclass(annotation, BaseModel):
            yield from _of_model(annotation, f"{path}.", above)
            yield from (f"{path}.{inner}" for inner in getattr(annotation, "_secret_fields", ()))
    elif isinstance(origin, type) and issubclass(origin, Secret):
        yield f"{path}.*" if _is_mapping(args[0]) else path
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from _of(args[1], f"{path}.*", above)
    elif hasattr(annotation, "__value__"):
        # `type X = ...`
        yield from _of(annotation.__value__, path, above)
    else:
        for arg in args:
            yield from _of(arg, path, above)


def _holds_mapping(secret: type[Any]) -> bool:
    for base in getattr(secret, "__orig_bases__", ()):
        inner = get_args(base)
        if inner and _is_mapping(inner[0]):
            return True
    return False


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, Mapping)


def classes_in(annotation: Any, kind: type[Any]) -> Iterator[type[Any]]:
    """Yield the classes of a kind that an annotation names."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, kind):
            yield annotation
        elif issubclass(annotation, BaseModel):
            yield from classes_in_model(annotation, kind)
        return
    for arg in get_args(annotation):
        yield from classes_in(arg, kind)


_busy: list[type[Any]] = []


def classes_in_model(model: type[BaseModel], kind: type[Any]) -> Iterator[type[Any]]:
    """Yield the classes of a kind that a model's fields name."""
    if model in _busy:
        return
    _busy.append(model)
    try:
        for field in model.model_fields.values():
            yield from classes_in(field.annotation, kind)
    finally:
        _busy.remove(model)
