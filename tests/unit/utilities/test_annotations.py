"""Annotations: wrappers that survive unpacking, comparison and pickling."""

import pickle
from pathlib import Path

import pytest
from pydantic import BaseModel

from segue.utilities.annotations import BaseAnnotation, Quote, allow_failure, freeze, opaque, quote, unmapped

KINDS: list[type[BaseAnnotation[object]]] = [unmapped, allow_failure, quote, opaque, freeze]


@pytest.mark.parametrize("kind", KINDS)
def test_the_value_comes_back(kind: type[BaseAnnotation[object]]) -> None:
    wrapped = kind([1, 2])
    assert (wrapped.value, wrapped.unwrap(), list(wrapped), len(wrapped)) == ([1, 2], [1, 2], [[1, 2]], 1)
    assert repr(wrapped) == f"{kind.__name__}([1, 2])"
    again = wrapped.rewrap("other")
    assert type(again) is kind
    assert again.value == "other"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_wraps_once(kind: type[BaseAnnotation[object]], protocol: int) -> None:
    wrapped = kind({"a": 1})
    copy = pickle.loads(pickle.dumps(wrapped, protocol))
    assert type(copy) is kind
    assert copy == wrapped
    assert copy.value == {"a": 1}


def test_equal_only_within_one_kind() -> None:
    assert quote(1) == quote(1)
    assert quote(1) != quote(2)
    assert quote(1) != unmapped(1)
    assert quote(1) != (1,)
    assert len({quote(1), quote(1), unmapped(1)}) == 2


def test_unmapped_gives_the_same_element_at_every_index() -> None:
    wrapped = unmapped([1, 2, 3])
    assert [wrapped[index] for index in (0, 17)] == [[1, 2, 3], [1, 2, 3]]


def test_quote_and_freeze_have_words_of_their_own() -> None:
    assert quote("x").unquote() == "x"
    assert freeze("x").unfreeze() == "x"


class Customer(BaseModel):
    name: str


@pytest.mark.parametrize("value", [None, {"a": [1, 2.5]}, Customer(name="x"), Path("/x")])
def test_what_can_be_frozen(value: object) -> None:
    assert freeze(value).unfreeze() == value


@pytest.mark.parametrize("value", [object(), {1: object()}, lambda: None])
def test_what_cannot_be_frozen(value: object) -> None:
    with pytest.raises(ValueError, match="Value must be JSON serializable"):
        freeze(value)


def test_the_former_name_warns() -> None:
    with pytest.warns(DeprecationWarning, match="use `quote`"):
        wrapped = Quote(1)
    assert wrapped.unquote() == 1
