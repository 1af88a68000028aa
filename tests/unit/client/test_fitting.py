"""An answer is held against the schema that pydantic wrote for the question."""

from enum import Enum
from typing import Any, Literal

import pydantic
import pytest

from segue.client.fitting import misfits


class Size(Enum):
    SMALL = "small"
    BIG = "big"


class Address(pydantic.BaseModel):
    street: str = pydantic.Field(min_length=2)
    number: int | None = None


class Order(pydantic.BaseModel):
    model_config = {"extra": "forbid"}

    count: int = pydantic.Field(ge=1, lt=10)
    price: float = 1.0
    size: Size = Size.SMALL
    mode: Literal["fast", "slow"] = "fast"
    code: str = pydantic.Field(default="a1", pattern=r"^[a-z]\d$")
    to: Address | None = None
    items: list[int] = pydantic.Field(default=[], max_length=2)
    pair: tuple[int, str] = (1, "x")
    prices: dict[str, float] = {}


SCHEMA = Order.model_json_schema()


@pytest.mark.parametrize(
    "value",
    [
        {"count": 1},
        {"count": 9, "price": 2, "size": "big", "mode": "slow", "code": "z9"},
        {"count": 2, "to": {"street": "High", "number": 3}, "items": [1, 2]},
        {"count": 2, "to": None, "pair": [3, "y"], "prices": {"a": 1.5}},
        {"count": 2.0},
    ],
)
def test_what_pydantic_takes_fits(value: dict[str, Any]) -> None:
    Order.model_validate(value)
    assert misfits(value, SCHEMA) == []


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({}, "count"),
        ({"count": "many"}, "integer"),
        ({"count": True}, "integer"),
        ({"count": 0}, "at least 1"),
        ({"count": 10}, "less than 10"),
        ({"count": 1, "price": "dear"}, "number"),
        ({"count": 1, "size": "huge"}, "one of"),
        ({"count": 1, "mode": "medium"}, "one of"),
        ({"count": 1, "code": "11"}, "match"),
        ({"count": 1, "to": {"street": "H"}}, "none of its types"),
        ({"count": 1, "to": 5}, "none of its types"),
        ({"count": 1, "items": [1, "b"]}, "item 1"),
        ({"count": 1, "items": [1, 2, 3]}, "at most 2"),
        ({"count": 1, "pair": ["x", "x"]}, "item 0"),
        ({"count": 1, "prices": {"a": None}}, "number"),
        ({"count": 1, "colour": "red"}, "colour"),
        ([], "object"),
    ],
)
def test_what_does_not_fit_is_named(value: object, word: str) -> None:
    assert word in " ".join(misfits(value, SCHEMA))
