"""A run is run again with the arguments it was given, not with their descriptions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from segue import flow
from segue.client.orchestration import get_client
from segue.flows import rerun
from segue.kept_arguments import ArgumentsLost, kept_arguments

pytestmark = pytest.mark.usefixtures("segue_home")


class Basket:
    """Something JSON cannot hold."""

    def __init__(self, apples: int) -> None:
        self.apples = apples


def failed_run(name: str) -> Any:
    with get_client(sync_client=True) as client:
        (run,) = [run for run in client.read_flow_runs() if run.state_name == "Failed" and run.flow_name == name]
    return run


def test_what_json_cannot_hold_comes_back_as_it_was() -> None:
    seen: list[object] = []

    @flow(name="count apples", validate_parameters=False)
    def count(basket: Basket, place: Path) -> int:
        seen.append((basket.apples, place))
        if len(seen) == 1:
            raise ValueError("dropped it")
        return basket.apples

    with pytest.raises(ValueError, match="dropped it"):
        count(Basket(3), Path("shed"))
    run = failed_run("count apples")
    state = rerun(count, str(run.id), dict(run.parameters))
    assert state.result() == 3
    assert seen == [(3, Path("shed"))] * 2


def test_arguments_that_json_holds_are_not_kept_twice(segue_home: Path) -> None:
    @flow
    def plain(n: int, words: list[str]) -> None:
        return None

    plain(1, ["a"])
    assert not (segue_home / "inputs").exists()


def test_an_argument_that_cannot_be_kept_is_named() -> None:
    @flow(name="drain")
    def drain(numbers: object) -> None:
        raise ValueError("empty")

    with pytest.raises(ValueError, match="empty"):
        drain(number for number in range(3))
    run = failed_run("drain")
    with pytest.raises(ArgumentsLost, match="numbers"):
        kept_arguments(str(run.id))
