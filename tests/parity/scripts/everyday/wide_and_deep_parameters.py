import enum
import uuid
from collections import OrderedDict, defaultdict, namedtuple
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from segue import flow, get_client

Row = namedtuple("Row", "a b")


class Color(enum.Enum):
    RED = 1


@flow
def anything(value):
    return type(value).__name__


values = [
    Decimal("1.5"), Fraction(1, 2), uuid.UUID(int=5), date(2024, 1, 2), time(3, 4), timedelta(hours=1), Path("a/b"), Color.RED,
    {1, 2}, frozenset({3}), Row(1, 2), OrderedDict(a=1), defaultdict(int, x=1), b"bytes", range(3), 1 + 2j, {1: "a"}, (1, (2,)),
    "text" * 10, None, float("inf"), [[], {}], object, lambda: 1,
]  # fmt: skip
print([anything(value) for value in values])


@flow
def typed(d: Decimal, u: uuid.UUID, p: Path, c: Color, t: timedelta, s: frozenset[int], r: tuple[int, ...], n: dict[int, Path]):
    return [type(value).__name__ for value in (d, u, p, c, t, s, r)], n


print(typed("1.25", str(uuid.UUID(int=7)), "x", 1, "PT1H", ["1", 2], "", {"1": "p"}) if False else "")
print(typed("1.25", str(uuid.UUID(int=7)), "x", 1, "PT1H", ["1", 2], [3, "4"], {"1": "p"}))
with get_client(sync_client=True) as client:
    run = client.read_flow_runs(sort="START_TIME_DESC", limit=1)[0]
    print(sorted(run.parameters.items()))
