"""Variables: set, read, removed; names and values that are refused."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pydantic
import pytest

from segue import flow
from segue.engine.session import forget
from segue.host import config
from segue.variables import Json, Variable


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def test_a_variable_is_set_read_overwritten_and_removed() -> None:
    assert (Variable.get("answer"), Variable.get("answer", default=5)) == (None, 5)
    assert Variable.set("answer", "42", tags=["a"]) == Variable(name="answer", value="42", tags=["a"])
    assert Variable.get("answer", default="other") == "42"
    with pytest.raises(ValueError, match=r"Variable 'answer' already exists\. Use `overwrite=True`"):
        Variable.set("answer", "43")
    assert Variable.set("answer", "44", overwrite=True) == Variable(name="answer", value="44", tags=[])
    assert (Variable.unset("answer"), Variable.unset("answer"), Variable.get("answer")) == (True, False, None)


@pytest.mark.parametrize("value", ["text", 1, 2.5, True, None, [1, "a", None], {"k": {"n": [1]}}, "", 0])
def test_a_json_value_comes_back_with_its_type(value: Json) -> None:
    Variable.set("x", value)
    found = Variable.get("x", default="default")
    assert found == value
    assert type(found) is type(value)


def test_a_tuple_comes_back_as_json_knows_it() -> None:
    assert Variable.set("x", (1, 2)).value == [1, 2]  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [date(2024, 1, 1), {1, 2}, object(), {1: 2}, float("nan"), [float("inf")]])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(pydantic.ValidationError, match="A variable holds what JSON knows"):
        Variable.set("x", value)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Upper", "with space", "dot.name", "", "x" * 256])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="A variable's name has 1 to 255"):
        Variable.set(name, 1)


def test_async_code_awaits_the_same_names() -> None:
    @flow
    async def outer() -> tuple[object, ...]:
        made = await Variable.aset("shared", {"count": 2})
        plain = await Variable.get("shared")  # type: ignore[misc]
        gone = await Variable.aunset("shared"), await Variable.aunset("shared")
        return made.value, plain, await Variable.aget("shared", default="none"), gone

    assert asyncio.run(outer()) == ({"count": 2}, {"count": 2}, "none", (True, False))
