import dataclasses
import datetime
import decimal
import enum
import uuid
from collections import OrderedDict, namedtuple
from pathlib import Path

from pydantic import BaseModel, SecretStr

from segue import flow, get_client


class Color(enum.Enum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


@dataclasses.dataclass
class Point:
    x: int
    when: datetime.date = datetime.date(2020, 1, 1)


class Model(BaseModel):
    a: int
    color: Color = Color.RED
    when: datetime.datetime = datetime.datetime(2020, 1, 1)


Pair = namedtuple("Pair", "left right")


@flow
def show(value):
    pass


values = [
    1, 1.5, None, True, "text", [1, "a", None], (1, 2), {1}, {"a": {"b": [1]}}, {1: 2}, b"bytes",
    datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4), datetime.timedelta(minutes=1), datetime.time(1, 2),
    decimal.Decimal("1.5"), decimal.Decimal("2"), uuid.UUID(int=3), Path("/a/b"), Color.RED, Number.ONE, Point(1), Model(a=1),
    Pair(1, 2), OrderedDict(a=1), frozenset([1]), [Model(a=2)], {"m": Point(2)}, 10**20, {Color.RED: 1}, SecretStr("hidden"), {"s": SecretStr("hidden")},
]
for value in values:
    show(value)
with get_client(sync_client=True) as client:
    runs = sorted(client.read_flow_runs(), key=lambda run: run.start_time)
    for value, run in zip(values, runs):
        print(type(value).__name__, "->", repr(run.parameters["value"]))
