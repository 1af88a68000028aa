from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Literal, Optional
from uuid import UUID

from pydantic import BaseModel

from segue import flow


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    x: int
    y: int = 0


@flow
def show(
    number: int = 0,
    ratio: float = 0.0,
    flag: bool = False,
    text: str = "",
    items: list[int] = [],
    table: dict[str, float] = {},
    pair: tuple[int, str] = (0, ""),
    unique: set[int] = set(),
    colour: Colour = Colour.RED,
    mode: Literal["fast", "slow"] = "fast",
    maybe: Optional[int] = None,
    either: int | str = 0,
    point: Point = Point(x=0),
    points: list[Point] = [],
    day: date = date(2000, 1, 1),
    moment: datetime = datetime(2000, 1, 1),
    wait: timedelta = timedelta(0),
    price: Decimal = Decimal(0),
    path: Path = Path("."),
    key: UUID = UUID(int=0),
    raw: bytes = b"",
    anything=None,
):
    return {name: value for name, value in locals().items()}


def check(**parameters):
    seen = show(**parameters)
    for name, given in parameters.items():
        print(name, repr(given), "->", repr(seen[name]))


check(number="5", ratio="1.5", flag="yes", items=["1", 2], table={"a": "1"}, pair=["3", "b"], unique=[1, 1, "2"])
check(number=True, ratio=2, flag=0, items=(1, "2"), colour="blue", mode="slow", maybe="7", either="8")
check(number=3.0, point={"x": "1"}, points=[{"x": 1}, Point(x=2)], day="2024-02-29", moment="2024-02-29T10:00:00")
check(wait=90, price="1.10", path="/etc", key="00000000-0000-0000-0000-000000000001", raw="bytes", anything={1, 2})
check(point=Point(x=3, y=4), colour=Colour.RED, either=9, maybe=None)
