"""Classes found by a word of theirs, under the names users know.

A base class is registered; each subclass with a `__dispatch_key__` (a text or a method that gives one) is known to it by that
word from then on.
"""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T", bound=type[Any])

#: Known classes by base and word.
_known: dict[type[Any], dict[str, type[Any]]] = {}


def get_registry_for_type(cls: type[Any]) -> dict[str, type[Any]] | None:
    """Return what is known of the nearest registered base of a class; None where there is none."""
    return next((_known[base] for base in cls.__mro__ if base in _known), None)


def get_dispatch_key(cls_or_instance: Any, allow_missing: bool = False) -> str | None:  # noqa: FBT001, FBT002 - the signature users know
    """Return the word of a class; ValueError where it has none, unless that is allowed, TypeError where it is no text."""
    cls = cls_or_instance if isinstance(cls_or_instance, type) else type(cls_or_instance)
    key = getattr(cls_or_instance, "__dispatch_key__", None)
    if callable(key):
        key = key()
    if key is None:
        if allow_missing:
            return None
        raise ValueError(f"Type {cls.__name__!r} does not define a value for '__dispatch_key__' which is required.")
    if not isinstance(key, str):
        raise TypeError(
            f"Type {cls.__name__!r} has a '__dispatch_key__' of type {type(key).__name__} but a type of 'str' is required."
        )
    return key


def register_base_type(cls: T) -> T:
    """Know the subclasses of a class by their words from now on; a decorator."""
    _known.setdefault(cls, {})
    base: type[Any] = cls
    own = base.__dict__.get("__init_subclass__")

    def __init_subclass__(sub: type[Any], /, **kwargs: Any) -> None:  # noqa: N807 - it is that method
        if own is None:
            super(base, sub).__init_subclass__(**kwargs)
        else:
            own.__get__(None, sub)(**kwargs)
        if get_dispatch_key(sub, allow_missing=True) is not None:
            register_type(sub)

    cls.__init_subclass__ = classmethod(__init_subclass__)  # type: ignore[assignment]  # what the language calls for subclasses
    key = get_dispatch_key(cls, allow_missing=True)
    if key is not None:
        register_type(cls)
    return cls


def register_type(cls: T) -> T:
    """Know a class by its word; a decorator. ValueError where no base of it is registered, or the word is another's."""
    registry = get_registry_for_type(cls)
    if registry is None:
        raise ValueError(
            f"No registry found for type {cls.__name__!r} with bases {[base.__name__ for base in cls.__mro__[1:]]}."
        )
    key = str(get_dispatch_key(cls))
    there = registry.get(key)
    if there is not None and there is not cls and there.__qualname__ != cls.__qualname__:
        raise ValueError(f"Type {cls.__name__!r} has the key {key!r}, which is that of {there.__name__!r} already.")
    registry[key] = cls
    return cls


def lookup_type(cls: type[Any], dispatch_key: str) -> type[Any]:
    """Return the class of a word; KeyError where there is none, ValueError where no base is registered."""
    registry = get_registry_for_type(cls)
    if registry is None:
        raise ValueError(f"No registry found for type {cls.__name__!r}.")
    found = registry.get(dispatch_key)
    if found is None:
        raise KeyError(f"No class found for dispatch key {dispatch_key!r} in registry for type {cls.__name__!r}.")
    return found
