"""Which run a value came from is known while the value lives, and a flow's memory does not grow with it."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime
from typing import Any

import pytest

from segue.origins import ELEMENTS, HELD, ITEMS, LETTERS, Origins


class Thing:
    """Can be referred to weakly, as most objects can."""


def test_a_value_is_known_by_itself_and_not_by_what_it_equals() -> None:
    origins = Origins()
    listed, thing = [1, 2], Thing()
    origins.note(listed, "a")
    origins.note(thing, "b")
    assert (origins.of(listed), origins.of(thing)) == ("a", "b")
    assert origins.of([1, 2]) is None
    origins.note(listed, "c")
    assert origins.of(listed) == "c"


def test_what_stands_in_a_container_came_with_it() -> None:
    origins = Origins()
    rows, thing = [{"n": 1}, {"n": 2}, 3], Thing()
    origins.note(rows, "a")
    origins.note({"thing": thing}, "b")
    assert [origins.of(row) for row in rows] == ["a", "a", None]
    assert origins.of(thing) == "b"
    many: list[object] = [{} for _ in range(ITEMS + 1)]
    origins.note(many, "c")
    assert (origins.of(many), origins.of(many[0])) == ("c", None)


def test_only_the_last_containers_are_held_and_objects_not_at_all() -> None:
    origins = Origins()
    first = [{"n": 0}]
    origins.note(first, "first")
    for number in range(HELD):
        origins.note([{"n": number}], f"run-{number}")
    assert origins.of(first) is None
    assert origins.of(first[0]) is None
    thing, listed = Thing(), Thing()
    gone = weakref.ref(thing), weakref.ref(listed)
    origins.note(thing, "thing")
    origins.note([listed], "list")
    del thing, listed
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
    # What cannot be referred to at all is not followed, and no error.
    origins.note(object(), "object")


@pytest.mark.parametrize(
    "heavy", [[{"rows": [Thing()]}], ["x" * (LETTERS + 1)], [[0] * ELEMENTS], {"x" * (LETTERS + 1): 1}]
)
def test_a_container_of_more_than_small_values_is_not_held(heavy: Any) -> None:
    origins = Origins()
    origins.note(heavy, "heavy")
    assert origins.of(heavy) is None
    endless: list[object] = []
    endless.append(endless)
    origins.note(endless, "endless")
    assert origins.of(endless) is None
    light = [{"rows": [1, "two", (3.0, None, datetime.now(UTC))]}]
    origins.note(light, "light")
    assert (origins.of(light), origins.of(light[0])) == ("light", "light")


def test_what_left_a_container_that_is_returned_again_and_again_is_let_go() -> None:
    origins = Origins()
    window: list[dict[str, int]] = []
    for number in range(3 * HELD):
        window[:] = [*window[-1:], {"n": number}]
        origins.note(window, f"run-{number}")
    assert origins.of(window) == origins.of(window[0]) == f"run-{3 * HELD - 1}"
    assert len(origins._items) == 2
