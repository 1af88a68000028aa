"""Hashes: the same for equal content in every process, different for anything else, refused for what has no content."""

import collections
import dataclasses
import datetime as dt
import enum
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from segue.exceptions import HashError
from segue.utilities.hashing import file_hash, hash_inputs, hash_objects, hash_value, stable_hash

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
    max_leaves=20,
)


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Point:
    x: int
    friends: object = None


class Model(BaseModel):
    x: int = 1


def double(x: int) -> int:
    return x * 2


@given(values)
def test_a_value_hashes_as_its_copy_does(value: object) -> None:
    assert hash_value(value) == hash_value(_rebuilt(value))


@given(st.dictionaries(st.text(), plain | st.integers(2**63, 2**65) | st.just("\ud800") | values))
def test_inputs_hash_as_they_do_the_long_way(inputs: dict[str, object]) -> None:
    assert hash_inputs(inputs) == hash_objects(inputs)


def test_inputs_of_types_that_only_look_plain_are_walked() -> None:
    class Word(str):
        """A word that says more than its letters."""

        meaning = "other"

    spoken = Word("x")
    assert hash_inputs({"a": spoken}) == hash_objects({"a": spoken}) != hash_objects({"a": "x"})
    assert hash_inputs({"a": True}) != hash_inputs({"a": 1}) != hash_inputs({"a": 1.0})
    assert hash_inputs({"a": threading.Lock()}) is None


def _rebuilt(value: object) -> object:
    """An equal value with nothing shared and dicts in another order."""
    match value:
        case dict():
            return {key: _rebuilt(item) for key, item in reversed(value.items())}
        case list():
            return [_rebuilt(item) for item in value]
        case tuple():
            return tuple(_rebuilt(item) for item in value)
    return value


@given(values, values)
def test_different_values_have_different_hashes(left: object, right: object) -> None:
    # repr tells 1 from True and [1] from (1,), as the hash does; the order of a dict means nothing to either.
    if repr(_ordered(left)) != repr(_ordered(right)):
        assert hash_value(left) != hash_value(right)


def _ordered(value: object) -> object:
    match value:
        case dict():
            return {key: _ordered(value[key]) for key in sorted(value)}
        case list():
            return [_ordered(item) for item in value]
        case tuple():
            return tuple(_ordered(item) for item in value)
    return value


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True), (1, 1.0), (1, "1"), ("a", b"a"), ([1], (1,)), ([1, "1"], ["1", 1]), ({1: 2}, {"1": 2}), ([[1], 2], [[1, 2]]),
        ({1}, frozenset({1})), ([], {}), (None, "None"), ({"a": {"b": 1}}, {"a": 1, "b": 1}), (0.0, -0.0), (["ab"], ["a", "b"]),
    ],
)  # fmt: skip
def test_kinds_are_told_apart(left: object, right: object) -> None:
    assert hash_value(left) != hash_value(right)


OBJECTS: tuple[object, ...] = (
    Colour.RED, Point(1, {"x", "y", "z"}), Model(x=2), double, uuid.UUID(int=5), Decimal("1.50"), Path("/x"), 10**40,
    dt.datetime(2024, 1, 2, tzinfo=dt.UTC), {"a", "b", "c", "d"}, collections.OrderedDict(a=1), 1j, range(3),
    collections.Counter("abca"), {(1, 2): {"deep": {3, 4, "five"}}}, len, [].append, "\ud800", bytearray(b"x"), int,
)  # fmt: skip


def test_equal_objects_hash_equal_in_every_process_whatever_the_seed() -> None:
    program = (
        "from tests.unit.results.test_hashing import OBJECTS, hash_value; print([hash_value(each) for each in OBJECTS])"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(["src", "."])},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {f"{[hash_value(each) for each in OBJECTS]}\n"}
    assert len({hash_value(each) for each in OBJECTS}) == len(OBJECTS)


def test_functions_made_on_the_spot_hash_by_their_code_and_what_they_close_over() -> None:
    def adder(n: int) -> object:
        return lambda x: x + n

    assert hash_value(adder(1)) == hash_value(adder(1))
    assert hash_value(adder(1)) != hash_value(adder(2))
    assert hash_value(adder(1)) != hash_value(lambda x: x)


def test_a_model_hashes_by_its_content_not_by_which_fields_were_given() -> None:
    assert hash_value(Model()) == hash_value(Model(x=1))
    assert hash_value(Model()) != hash_value(Model(x=2))


def test_a_value_that_contains_itself_is_hashed() -> None:
    first: list[object] = [1]
    first.append(first)
    second: list[object] = [1]
    second.append(second)
    assert hash_value(first) == hash_value(second)


def iter_nothing() -> Iterator[int]:
    yield from ()


def _too_deep() -> object:
    value: object = 1
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("value", [threading.Lock(), iter_nothing(), [threading.Lock()], _too_deep()])
def test_what_has_no_content_is_refused(value: object) -> None:
    assert hash_objects(value) is None
    with pytest.raises(HashError, match="Unable to create hash - "):
        hash_objects(value, raise_on_failure=True)


def test_text_and_files(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"abc")
    assert file_hash(str(place)) == stable_hash("abc") == stable_hash(b"a", "bc")


def test_tables_and_arrays_hash_by_content() -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(12).reshape(3, 4)
    assert hash_value(array[:, ::2]) == hash_value(array[:, ::2].copy())
    assert len({hash_value(each) for each in (array, array.T, array.astype(float), array + 1)}) == 4
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None], "c": pandas.Categorical(["u", "v"])})
    assert hash_value(frame) == hash_value(frame[::-1][::-1].copy())
    others = (
        frame.assign(a=[1, 3]),
        frame.rename(columns={"a": "z"}),
        frame.set_index("a"),
        frame.assign(b=["x", "y"]),
    )
    assert hash_value(frame) not in {hash_value(each) for each in others}


def test_how_the_cells_of_a_table_are_spread_over_buffers_does_not_matter() -> None:
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
    assert hash_value(table) == hash_value(polars.concat([table[:1], table[1:]], rechunk=False))
    assert hash_value(table) != hash_value(table.rename({"a": "z"}))
