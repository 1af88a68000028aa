"""Patterns over names: what fits, and what of it is left behind a family of names."""

from __future__ import annotations

import fnmatch
import itertools

import pytest

from segue.decide.naming import Pattern, pattern, within

NAMES = [
    "",
    "a",
    "ab",
    "aab",
    "abab",
    "a.b",
    "a.b.c",
    "aa.ba.c",
    "segue.flow-run.Failed",
    "segue.task-run.Failed",
    "[a]",
    "a?",
]


@pytest.mark.parametrize(
    "written",
    ["", "*", "a", "a*", "*b", "a*b", "*a*b*", "**", "a**b", "*.Failed", "segue.*-run.*", "[a]", "a?", "a.*.c"],
)
def test_a_star_stands_for_any_characters_and_nothing_else_is_special(written: str) -> None:
    plain = written.replace("[", "[[]").replace("?", "[?]")
    for name in NAMES:
        assert pattern(written).holds(name) == fnmatch.fnmatchcase(name, plain), name


def test_what_follows_a_family_fits_when_the_whole_fits() -> None:
    words = ["".join(parts) for size in range(5) for parts in itertools.product("ab*", repeat=size)]
    rests = ["".join(parts) for size in range(4) for parts in itertools.product("ab", repeat=size)]
    for family in ("a", "ab", "aba"):
        for word in words:
            left = within(family, Pattern(word))
            for rest in rests:
                assert any(each.holds(rest) for each in left) == Pattern(word).holds(family + rest), (
                    family,
                    word,
                    rest,
                )


def test_patterns_say_how_they_can_be_looked_up() -> None:
    assert (Pattern("a").is_exact, Pattern("a").beginning) == (True, None)
    assert (Pattern("a*").is_exact, Pattern("a*").beginning) == (False, "a")
    assert (Pattern("a*b").is_exact, Pattern("a*b*").beginning) == (False, None)
