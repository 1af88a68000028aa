from datetime import date
from enum import Enum
from typing import Literal

from pydantic import BaseModel, Field

from segue import flow
from segue.exceptions import ParameterTypeError


class Colour(Enum):
    RED = "red"


class Point(BaseModel):
    x: int
    y: int = Field(default=0, ge=0)


@flow
def show(
    number: int = 0,
    text: str = "",
    items: list[int] = [],
    colour: Colour = Colour.RED,
    mode: Literal["fast", "slow"] = "fast",
    point: Point = Point(x=0),
    day: date = date(2000, 1, 1),
    limited: int = Field(default=1, gt=0),
):
    print("never printed")


def check(**parameters):
    try:
        show(**parameters)
    except ParameterTypeError as error:
        lines = str(error).splitlines()
        print(" | ".join(line.strip() for line in lines if "pydantic.dev" not in line))


check(number="five")
check(number=1.5)
check(number=None)
check(text=5)
check(items=["1", "b"])
check(items=5)
check(colour="green")
check(mode="medium")
check(point={"y": 1})
check(point={"x": 1, "y": -1})
check(day="yesterday")
check(number="a", text=b"\xff")
print(issubclass(ParameterTypeError, Exception), ParameterTypeError.__mro__[1].__name__)
