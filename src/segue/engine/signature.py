"""Binds calls to parameters without `inspect`, which costs as much to import as all of the authoring side together.

A plain call is bound from the code object; anything unusual (and every error message) is left to `inspect.signature`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_VARARGS, _VARKEYWORDS = 0x04, 0x08
COROUTINE, GENERATOR, ASYNC_GENERATOR = 0x80, 0x20, 0x200


class Signature:
    """The parameters of one function."""

    __slots__ = ("_function", "_plain", "defaults", "names", "positional", "simple")

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        code = getattr(function, "__code__", None)
        wrapped = hasattr(function, "__wrapped__") or hasattr(function, "__signature__")
        self.simple = (
            code is not None
            and not wrapped
            and not code.co_flags & (_VARARGS | _VARKEYWORDS)
            and not code.co_posonlyargcount
        )
        self.names: tuple[str, ...] = ()
        self.positional = 0
        self.defaults: dict[str, object] = {}
        if self.simple and code is not None:
            self.positional = code.co_argcount
            self.names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            values = getattr(function, "__defaults__", None) or ()
            first = code.co_argcount - len(values)
            self.defaults = dict(zip(self.names[first : code.co_argcount], values, strict=True))
            self.defaults.update(getattr(function, "__kwdefaults__", None) or {})
        self._plain = frozenset(self.names)

    def bind(self, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, object]:
        """Return every parameter with its value, defaults included, in the signature's order; TypeError as Python says it."""
        if self.simple and len(args) <= self.positional:
            names = self.names
            if len(args) == len(names) and not kwargs:
                return dict(zip(names, args, strict=True))
            given = dict(zip(names, args, strict=False))
            if all(name in self._plain and name not in given for name in kwargs):
                given.update(kwargs)
                merged = {**self.defaults, **given}
                if len(merged) == len(names):
                    return {name: merged[name] for name in names}
        bound = self.full().bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def unbind(self, parameters: Mapping[str, object]) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return the (args, kwargs) that pass `parameters` to the function."""
        if self.simple:
            return (), dict(parameters)
        full = self.full()
        args: list[object] = []
        kwargs: dict[str, object] = {}
        # By position where that can be: a wrapper that takes anything may look at its first arguments.
        in_line = True
        for name, parameter in full.parameters.items():
            if name not in parameters:
                in_line = False
                continue
            value: Any = parameters[name]
            if parameter.kind is parameter.VAR_POSITIONAL:
                args.extend(value)
            elif parameter.kind is parameter.VAR_KEYWORD:
                kwargs.update(value)
            elif parameter.kind is parameter.POSITIONAL_ONLY or (
                parameter.kind is parameter.POSITIONAL_OR_KEYWORD and in_line
            ):
                args.append(value)
            else:
                kwargs[name] = value
        return tuple(args), kwargs

    def full(self) -> Any:
        """Return `inspect.signature` of the function."""
        import inspect  # noqa: PLC0415 - a door: only unusual signatures and error messages need it

        if sys.version_info >= (3, 14):
            from annotationlib import Format  # noqa: PLC0415 - the same

            # Annotations are evaluated when they are read, and may name what is not defined yet.
            return inspect.signature(self._function, annotation_format=Format.FORWARDREF)
        return inspect.signature(self._function)

    def parameter_names(self) -> tuple[str, ...]:
        """Return the names of all parameters."""
        return self.names if self.simple else tuple(self.full().parameters)


def flags(function: object) -> int:
    """Return the code flags of what a callable finally runs."""
    while hasattr(function, "func") and not hasattr(function, "__code__"):
        function = function.func  # functools.partial
    code = getattr(function, "__code__", None)
    if code is None:
        # A callable object: what runs is its class's method.
        code = getattr(vars(type(function)).get("__call__"), "__code__", None)
    return int(code.co_flags) if code is not None else 0
