"""How what is typed into options is understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from segue.cli.faults import Exit, Fault
from segue.cli.options import age, parameters, since, states


def test_states_are_types_or_names_in_any_case() -> None:
    both = states(["failed,Crashed", "cached"])
    assert (both.types, both.names) == (["FAILED", "CRASHED"], ["cached"])
    assert both.known is None
    assert both.hold("COMPLETED", "Cached")
    assert both.hold("CRASHED", "Crashed")
    assert not both.hold("COMPLETED", "Completed")


def test_what_the_record_knows_is_asked_of_it() -> None:
    assert states(None).known == (None, None)
    assert states(["RUNNING"]).known == (["RUNNING"], None)
    assert states(["awaiting-retry".replace("-", ""), "timed_out"]).known == (None, ["AwaitingRetry", "TimedOut"])
    assert states(["my own"]).known is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("1h", 3600), ("2D", 172_800), ("1.5h", 5400), ("1w", 604_800)]
)
def test_an_age(text: str, seconds: float) -> None:
    assert age(text) == timedelta(seconds=seconds)
    then = since(text)
    assert then is not None
    assert abs((datetime.now(UTC) - then).total_seconds() - seconds) < 5


def test_an_instant() -> None:
    assert since(None) is None
    assert since("2026-01-31T08:00:00+01:00") == datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert since("2026-01-31") == datetime(2026, 1, 31).astimezone(UTC)


@pytest.mark.parametrize("text", ["yesterday", "1", "h", "-1h", ""])
def test_neither_age_nor_instant(text: str) -> None:
    with pytest.raises(Fault) as caught:
        since(text)
    assert caught.value.code is Exit.USAGE
    with pytest.raises(Fault):
        age(text)


def test_parameters_are_json_or_text() -> None:
    given = ["a=1", "b=[1, 2]", "c=text", "d=", 'e="1"', "f=x=y", "g=null"]
    found = parameters(given, '{"a": 0, "z": true}')
    assert found == {"a": 1, "z": True, "b": [1, 2], "c": "text", "d": "", "e": "1", "f": "x=y", "g": None}


@pytest.mark.parametrize(("pairs", "whole"), [(["a"], None), (["=1"], None), (None, "[1]"), (None, "{")])
def test_what_is_no_parameter(pairs: list[str] | None, whole: str | None) -> None:
    with pytest.raises(Fault):
        parameters(pairs, whole)
