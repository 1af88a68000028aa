"""What a flow keeps of the runs it submitted: those that run, and those that ended badly unseen."""

import logging
import threading

import pytest

from segue import flow, task
from segue.engine.lives import current_flow


@task
def double(number: int) -> int:
    return number * 2


@task
def refuse() -> None:
    raise ValueError("no")


def held() -> int:
    life = current_flow.get()
    assert life is not None
    return len(life.children)


def test_completed_runs_are_forgotten() -> None:
    @flow
    def submits() -> int:
        futures = [double.submit(number) for number in range(200)]
        assert [future.result() for future in futures] == [2 * number for number in range(200)]
        return held()

    # A thread that has just settled one may not have come to forget it yet.
    assert submits() < 20


def test_a_failure_is_kept_until_the_end_and_told(caplog: pytest.LogCaptureFixture) -> None:
    @flow
    def submits() -> int:
        refuse.submit().wait()
        return held()

    logging.getLogger("segue").propagate = True
    with caplog.at_level(logging.WARNING, logger="segue.flow_runs"):
        assert submits() == 1
    assert any("nothing looked at its result" in line for line in caplog.messages)


def test_the_flow_waits_for_what_its_tasks_submit_while_it_waits() -> None:
    ended = []
    begun = threading.Event()

    @task
    def inner() -> None:
        ended.append("inner")

    @task
    def outer() -> None:
        assert begun.wait(10)
        inner.submit()

    @flow
    def submits() -> None:
        outer.submit()
        begun.set()

    submits()
    assert ended == ["inner"]


def test_containers_are_walked_for_futures_up_to_a_bound_and_beyond_it_one_warning_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @task
    def last(values: list[object], more: list[object] | None = None) -> object:
        return values[-1]

    @flow
    def hands_on() -> tuple[object, object]:
        one = double.submit(21)
        found = last([*range(9_999), one])
        assert not caplog.records
        left = last.submit([*range(10_000), one], [*range(10_000), one]).result(raise_on_failure=False)
        return found, left is one

    with caplog.at_level(logging.WARNING, logger="segue.engine"):
        assert hands_on() == (42, True)
    (warned,) = [record.getMessage() for record in caplog.records if record.name == "segue.engine"]
    assert "argument 'values' has more than 10000 elements" in warned
    assert "quote(...)" in warned
