"""Annotations that cannot be evaluated yet, as Python 3.14 has them: they hinder neither decoration nor calls."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest

from segue.decoration import adopt
from segue.engine.signature import Signature
from segue.exceptions import ParameterTypeError
from segue.parameters import Parameters


class Late:
    """A callable whose annotations name a type that is defined further down, or only for checkers."""

    #: What `inspect` of a Python that evaluates annotations late tells without evaluating them.
    __signature__ = inspect.signature(lambda x: x)

    @property
    def __annotations__(self) -> dict[str, Any]:  # type: ignore[override]  # a dict, but not before it can be one
        raise NameError("name 'Model' is not defined")

    def __call__(self, x: int) -> int:
        """Return its argument."""
        return x


def test_they_are_left_alone() -> None:
    thing = SimpleNamespace()
    adopt(thing, Late(), None)
    assert thing.__doc__ == Late.__doc__
    assert not hasattr(thing, "__annotations__")
    late = Late()
    assert Parameters(late, Signature(late)).validate({"x": "text"}) == {"x": "text"}


def test_others_are_checked() -> None:
    def function(x: int) -> int:
        return x

    with pytest.raises(ParameterTypeError):
        Parameters(function, Signature(function)).validate({"x": "text"})
