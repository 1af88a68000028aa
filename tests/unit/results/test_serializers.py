"""Serializers: what goes in comes back; names find classes; mistakes are pydantic's own errors."""

import dataclasses
import datetime as dt
import enum
import pickle
import subprocess
import sys
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from segue.serializers import (
    CompressedJSONSerializer,
    CompressedPickleSerializer,
    CompressedSerializer,
    JSONSerializer,
    PickleSerializer,
    Serializer,
    UnknownSerializer,
    dump_pickle,
    from_fields,
)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abc"), inner),
    max_leaves=10,
)  # fmt: skip
ALL: list[Serializer[Any]] = [
    PickleSerializer(), JSONSerializer(), CompressedSerializer(serializer="json"), CompressedPickleSerializer(),
    CompressedJSONSerializer(compressionlib="bz2"),
]  # fmt: skip


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    at: dt.date
    length: float = dataclasses.field(init=False, default=0.0)


class Model(BaseModel):
    when: dt.datetime
    inner: Point | None = None


class Row(msgspec.Struct):
    x: int


@given(plain)
@pytest.mark.parametrize("serializer", ALL, ids=lambda each: each.type)
def test_plain_values_come_back(serializer: Serializer[Any], value: object) -> None:
    blob = serializer.dumps(value)
    assert serializer.loads(blob) == value
    blob.decode()  # a record is text


RICH: list[object] = [
    dt.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC), dt.date(2024, 1, 2), dt.time(3, 4), dt.timedelta(days=-1, microseconds=7),
    uuid.UUID(int=5), Decimal("1.50"), Path("/x"), {1, 2}, frozenset({"a"}), b"\xff\x00", 1 + 2j, Colour.RED,
    Point(1, dt.date(2024, 1, 2)), Model(when=dt.datetime(2024, 1, 2, tzinfo=dt.UTC), inner=None),
    Row(3), [{"deep": [uuid.UUID(int=1)]}],
]  # fmt: skip


@pytest.mark.parametrize("value", RICH, ids=lambda value: type(value).__name__)
def test_json_wraps_what_it_has_no_form_for(value: object) -> None:
    back = JSONSerializer().loads(JSONSerializer().dumps(value))
    assert back == value
    assert type(back) is type(value)


def test_json_brings_exceptions_back_and_leaves_unknown_classes_alone() -> None:
    json = JSONSerializer()
    assert repr(json.loads(json.dumps(ValueError("lost")))) == "ValueError('lost')"
    unknown = {"__class__": "no.such.Thing", "data": 1}
    assert json.loads(json.dumps(unknown)) == unknown
    with pytest.raises(ValueError, match=r"Invalid exception type: 'os.path.join'"):
        json.loads(b'{"__exc_type__": "os.path.join", "message": "x"}')
    with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
        json.dumps(object())


def test_a_subclass_is_found_by_its_type() -> None:
    class Shout(Serializer[str]):
        type: Literal["shout"] = "shout"
        times: int = Field(default=2)
        words: list[str] = []

        def dumps(self, obj: str) -> bytes:
            return (obj.upper() * self.times).encode()

        def loads(self, blob: bytes) -> str:
            return blob.decode()

    named = Serializer(type="shout", times=1)
    assert isinstance(named, Shout)
    assert (named.dumps("a"), Shout().dumps("a")) == (b"A", b"AA")
    assert Shout() == Shout() != Shout(times=3)
    Shout().words.append("kept apart")
    assert Shout().words == []
    assert from_fields(Shout(times=3).model_dump()) == Shout(times=3)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"type": "nothing-like-it"}, "there is no serializer 'nothing-like-it'"),
        (
            {"type": "pickle", "picklelib": "no_such_module"},
            "Failed to import requested pickle library: 'no_such_module'",
        ),
        ({"type": "pickle", "picklelib": "math"}, "'math' has no function `dumps`"),
        ({"type": "pickle", "colour": 1}, "Extra inputs are not permitted"),
        ({"type": "json", "dumps_kwargs": {"default": 1}}, "`default` cannot be provided"),
        ({"type": "json", "loads_kwargs": {"object_hook": 1}}, "`object_hook` cannot be provided"),
        ({"type": "compressed"}, "Field required"),
        (
            {"type": "compressed", "serializer": "json", "compressionlib": "nope"},
            "Failed to import requested compression",
        ),
        ({"type": "compressed", "serializer": "json", "compressionlib": "math"}, "'math' has no function `compress`"),
    ],
)
def test_mistakes_are_described(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Serializer(**fields)


def test_options_of_the_library_are_passed_on() -> None:
    assert JSONSerializer(dumps_kwargs={"sort_keys": True}).dumps({"b": 1, "a": 2}) == b'{"a": 2, "b": 1}'
    assert JSONSerializer(object_encoder=None, object_decoder=None).loads(b'{"__class__": 1}') == {"__class__": 1}
    assert PickleSerializer(picklelib="pickle").loads(PickleSerializer(picklelib="pickle").dumps([1])) == [1]


def test_plain_values_are_pickled_without_cloudpickle_and_classes_of_a_script_with_it() -> None:
    program = """
import sys
from segue.serializers import dump_pickle
dump_pickle({"a": [1, "x", None]})
assert "cloudpickle" not in sys.modules
class Mine:
    x = 3
sys.stdout.buffer.write(dump_pickle((Mine(), lambda: 4)))
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    mine, function = pickle.loads(done.stdout)
    assert (mine.x, function()) == (3, 4)
    with pytest.raises(TypeError, match="cannot pickle"):
        dump_pickle(sys._getframe())


def test_a_serializer_that_is_not_defined_here_says_so() -> None:
    unknown = from_fields({"type": "gone", "level": 3})
    assert isinstance(unknown, UnknownSerializer)
    with pytest.raises(RuntimeError, match="serializer 'gone' is not defined here"):
        unknown.loads(b"")
    with pytest.raises(RuntimeError, match="serializer 'gone' is not defined here"):
        unknown.dumps(1)
