from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from segue import flow


class Pair(NamedTuple):
    left: int
    right: str


@dataclass
class Config:
    depth: int
    path: Path = Path(".")


def show(annotation, *values):
    @flow(name="f")
    def f(x: annotation):
        return x

    for value in values:
        try:
            got = f(value)
            print(getattr(annotation, "__name__", annotation), "|", repr(value), "->", type(got).__name__, repr(got))
        except Exception as error:
            print(getattr(annotation, "__name__", annotation), "|", repr(value), "->", type(error).__name__)


show(int, 1, "1", 1.0, 1.5, True, None, "x")
show(float, 1, "1.5", True)
show(str, "a", 1, b"a", None)
show(bool, True, "yes", 1, "no", 2)
show(list, [1], (1, 2), "ab", {1})
show(list[int], [1, "2"], (3,), ["x"])
show(dict[str, int], {"a": "1"}, {1: 1}, [])
show(tuple[int, str], (1, "a"), [1, "a"], (1,))
show(set[int], [1, 1], {2})
show(bytes, b"x", "x")
show(Path, "a/b", Path("c"))
show(UUID, "12345678123456781234567812345678", "no")
show(Pair, (1, "a"), ["1", "b"])
show(Config, {"depth": "3"}, Config(4), {"depth": "x"})
show(Sequence[int], [1], (1,), "12")
show(Mapping[str, int], {"a": 1})
show(Any, 1, None, object)
show(None, None, 1)
show(int | None, None, "3", "x")
