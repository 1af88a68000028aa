import datetime
import decimal
import enum
import uuid
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from segue import flow, task
from segue.serializers import JSONSerializer


class Color(enum.Enum):
    RED = "red"


class Model(BaseModel):
    a: int
    when: datetime.date


@dataclass
class Point:
    x: int


serializer = JSONSerializer()
for value in (
    1, None, [1, {"a": (1, 2)}], datetime.datetime(2024, 1, 2, 3, 4), datetime.date(2024, 1, 2), decimal.Decimal("1.5"),
    uuid.UUID(int=5), Color.RED, Model(a=1, when=datetime.date(2020, 1, 1)), {1, 2}, b"bytes", Point(1), Path("/x"),
    datetime.timedelta(seconds=5), ValueError("no"), float("inf"),
):
    try:
        back = serializer.loads(serializer.dumps(value))
        print(type(value).__name__, "->", type(back).__name__, back == value)
    except Exception as error:
        print(type(value).__name__, "raised", type(error).__name__)
