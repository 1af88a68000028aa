"""Wrappers that say how an argument is to be treated: `unmapped`, `allow_failure`, `quote`, `opaque`, `freeze`.

Each is a one-element tuple, so that tools which walk tuples find the value inside.
"""

from __future__ import annotations

import os
import warnings
from typing import Generic, Self, TypeVar

import msgspec

T = TypeVar("T")


class BaseAnnotation(tuple[T], Generic[T]):
    """A value together with a wish about how it is treated."""

    __slots__ = ()

    def __new__(cls, value: T) -> Self:
        """Wrap a value."""
        return tuple.__new__(cls, (value,))

    @property
    def value(self) -> T:
        """The value inside."""
        return tuple.__getitem__(self, 0)

    def unwrap(self) -> T:
        """Return the value inside."""
        return self.value

    def rewrap(self, value: T) -> Self:
        """Return the same wish about another value."""
        return type(self)(value)

    def __getnewargs__(self) -> tuple[T]:
        # The tuple's own would hand the whole tuple to `__new__`: a pickled wrapper would come back wrapped twice.
        return (self.value,)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.value))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"


class unmapped(BaseAnnotation[T]):  # noqa: N801 - a word of the public vocabulary
    """An iterable given whole to every run of a `.map` instead of element by element."""

    __slots__ = ()

    def __getitem__(self, _: object) -> T:  # type: ignore[override]  # the same element at every index
        return self.value


class allow_failure(BaseAnnotation[T]):  # noqa: N801 - a word of the public vocabulary
    """An upstream future or state that may have failed; the task then receives the exception as the value."""

    __slots__ = ()


class quote(BaseAnnotation[T]):  # noqa: N801 - a word of the public vocabulary
    """A value that is passed as it is: not coerced, not searched for futures, not taken for a state."""

    __slots__ = ()

    def unquote(self) -> T:
        """Return the value inside."""
        return self.value


class Quote(quote[T]):
    """The former name of `quote`."""

    __slots__ = ()

    def __new__(cls, expr: T) -> Self:
        """Wrap a value, with a warning."""
        warnings.warn("`Quote` is deprecated, use `quote` instead.", DeprecationWarning, stacklevel=2)
        return tuple.__new__(cls, (expr,))


class opaque(BaseAnnotation[T]):  # noqa: N801 - a word of the public vocabulary
    """A future that is resolved, while its result is not searched for further futures."""

    __slots__ = ()


class freeze(BaseAnnotation[T]):  # noqa: N801 - a word of the public vocabulary
    """A deployment's parameter that callers cannot change; raises ValueError unless it can be written as JSON."""

    __slots__ = ()

    def __new__(cls, value: T) -> Self:
        """Wrap a value after a look at whether it can be written as JSON."""
        try:
            msgspec.json.encode(value, enc_hook=_plain)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise ValueError("Value must be JSON serializable") from error
        return tuple.__new__(cls, (value,))

    def unfreeze(self) -> T:
        """Return the value inside."""
        return self.value


class NotSet:
    """Stands for an argument that was not given, where None is a value; used as the class itself."""


def _plain(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
