"""What is too long is found, whatever it is."""

from __future__ import annotations

from pathlib import Path

from tools.sizes import Limits, oversized

LIMITS = Limits(file=8, function=3, class_=5, package_init=2)
ROOT = Path(__file__).parents[2]


def found(source: str, path: str = "src/segue/thing.py") -> list[str]:
    return list(oversized(source, path, LIMITS))


def test_what_is_within_its_limit_is_not_mentioned() -> None:
    assert found("def f():\n    x = 1\n    return x\n") == []


def test_a_function_is_counted_from_its_first_decorator() -> None:
    (sentence,) = found("@mark\ndef f():\n    x = 1\n    return x\n")
    assert sentence.startswith("src/segue/thing.py:2: function f has 4 lines, 3 is the most")


def test_methods_and_coroutines_are_functions_too() -> None:
    (sentence,) = found("class A:\n    async def f(self):\n        x = 1\n        x += 1\n        return x\n")
    assert "function f has 4 lines" in sentence


def test_a_class_a_file_and_a_package_have_limits_of_their_own() -> None:
    (sentence,) = found("class A:\n    a = 1\n    b = 1\n    c = 1\n    d = 1\n    e = 1\n")
    assert "class A has 6 lines, 5 is the most" in sentence
    (sentence,) = found("a = 1\n" * 9)
    assert sentence.startswith("src/segue/thing.py:1: this file has 9 lines, 8 is the most")
    (sentence,) = found("a = 1\n" * 3, "src/segue/store/__init__.py")
    assert "this package __init__ has 3 lines, 2 is the most" in sentence


def test_a_reason_beside_it_excuses_a_length() -> None:
    assert found("def f():  # long: a table reads best whole\n    x = 1\n    x += 1\n    return x\n") == []


def test_the_project_has_limits() -> None:
    assert Limits.read(ROOT / "pyproject.toml") == Limits(file=500, function=60, class_=250, package_init=40)
