"""Data against JSON schemas, and what is secret in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.decide.blocks import checksum, masked, misfits, secret_paths, secrets_in, unmasked
from segue.model.blocks import MASKED, references


@pytest.mark.parametrize(
    ("schema", "value", "wrong"),
    [
        ({"type": "integer"}, 2.0, []),
        ({"type": "integer"}, True, ['x must be a whole number, not true']),
        ({"type": ["string", "null"]}, None, []),
        ({"type": ["string", "null"]}, 3, ["x must be a text or nothing, not 3"]),
        ({"enum": ["a", 1]}, True, ['x must be one of "a", 1, not true']),
        ({"const": 1}, 2, ["x must be 1, not 2"]),
        ({"multipleOf": 0.1}, 0.3, []),
        ({"multipleOf": 2}, 3, ["x must be a multiple of 2, not 3"]),
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 1}, 1, ["x must be less than 1, not 1"]),
        ({"maxLength": 2}, "abc", ['x must have at most 2 characters, not "abc"']),
        ({"items": {"type": "number"}, "maxItems": 2}, [1, "b"], ['x.1 must be a number, not "b"']),
        ({"maxItems": 1}, [1, 2], ["x must have at most 1 items, not [1,2]"]),
        ({"prefixItems": [{"type": "string"}], "items": {"type": "number"}}, [1, 2], ["x.0 must be a text, not 1"]),
        ({"uniqueItems": True}, [1, 1], ["x has the same item twice"]),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, {"a": 1, "b": 2}, ["x.b is not a field"]),
        ({"additionalProperties": {"type": "string"}}, {"a": 1}, ["x.a must be a text, not 1"]),
        ({"allOf": [{"minimum": 1}, {"maximum": 0}]}, 0.5, ["x must be at least 1, not 0.5", "x must be at most 0, not 0.5"]),
        (
            {"anyOf": [{"type": "null"}, {"properties": {"a": {"type": "string"}}, "type": "object"}]},
            {"a": 1},
            ["x.a must be a text, not 1"],
        ),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1, ["x fits several forms of which it must fit one"]),
        ({"not": {"type": "string"}}, "a", ["x has a form that is not allowed"]),
        (False, 1, ["x is not allowed"]),
        ({"$ref": "#/$defs/A"}, "a", ["x must be a number, not \"a\""]),
        ({"pattern": "(a+)+$", "format": "email"}, "a" * 50 + "!", []),
    ],
)  # fmt: skip
def test_a_schema_says_what_does_not_fit(schema: Any, value: Any, wrong: list[str]) -> None:
    root = {"properties": {"x": schema}, "$defs": {"A": {"type": "number"}}}
    assert misfits(root, {"x": value}) == wrong


def test_a_schema_that_names_itself_ends() -> None:
    assert misfits({"$ref": "#"}, {"a": 1}) == ["the whole is nested too deep"]
    tree = {"properties": {"next": {"$ref": "#"}}, "type": "object"}
    assert misfits(tree, {"next": {"next": {"next": 5}}}) == ["next.next.next must be an object, not 5"]


PATHS = secret_paths({"secret_fields": ["a", "b.*", "c.d", "e.*.f"]})
DATA: dict[str, Any] = {
    "a": ["s1", None], "b": {"k": "s2"}, "c": [{"d": 31, "x": "open"}, {"d": "s4"}], "e": {"one": {"f": {"g": "s5"}}},
    "open": "open", "r": {"$ref": {"block_document_id": "id"}},
}  # fmt: skip


def test_secrets_are_found_at_the_ends_of_paths_and_below() -> None:
    assert secrets_in(DATA, PATHS) == ["s1", "s2", "31", "s4", "s5"]
    shown = masked(DATA, PATHS)
    assert shown == {
        "a": [MASKED, None], "b": {"k": MASKED}, "c": [{"d": MASKED, "x": "open"}, {"d": MASKED}],
        "e": {"one": {"f": {"g": MASKED}}}, "open": "open", "r": {"$ref": {"block_document_id": "id"}},
    }  # fmt: skip
    assert unmasked(shown, DATA, PATHS) == DATA
    assert secrets_in(masked({"b": "not a mapping"}, PATHS), PATHS) == [MASKED]
    assert list(references(DATA)) == ["id"]


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdef"), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abcdef"), values, max_size=5))
def test_no_secret_is_left_and_nothing_is_lost(data: dict[str, Any]) -> None:
    shown = masked(data, PATHS)
    assert set(secrets_in(shown, PATHS)) <= {MASKED}
    assert unmasked(shown, data, PATHS) == data
    assert checksum(data) == checksum(dict(reversed(data.items())))
