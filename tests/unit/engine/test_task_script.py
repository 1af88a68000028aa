"""The life of a task run, pinned: what it asks, and which states it goes through."""

from __future__ import annotations

import pytest

from segue.engine.asks import CallUser, CancelRequested, Overdue, Raised, Returned, TimedOut
from segue.engine.ended import Ended
from segue.engine.lives import current_task
from segue.engine.spec import Hooks
from segue.engine.stamp import cancelling, failed
from segue.engine.task_script import task_script
from segue.model.states import Actor
from tests.unit.engine.lives import CALL, Player, Told, flow_life, task_life


@pytest.fixture
def told() -> Told:
    return Told()


def test_it_returns(told: Told) -> None:
    life = task_life(told)
    ended = Player([Returned(7)]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Running", "Completed"]
    assert (ended.value, ended.error, life.run_count) == (7, None, 1)
    assert current_task.get() is None


def test_it_raises(told: Told) -> None:
    life = task_life(told)
    error = ValueError("no")
    ended = Player([Raised(error)]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Running", "Failed"]
    assert ended.error is error
    assert ended.state.message == "Task run encountered an exception ValueError: no"


def test_it_is_tried_again_until_it_returns(told: Told) -> None:
    life = task_life(told, retries=3, delay=lambda retry: retry * 10.0)
    player = Player([Raised(ValueError()), Raised(ValueError()), Returned("at last")])
    ended = player.play(task_script(life, CALL))
    assert told.states(life.id) == [
        "Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed",
    ]  # fmt: skip
    assert (player.slept(), ended.value, life.run_count) == ([10.0, 20.0], "at last", 3)


def test_it_is_tried_again_no_more_often_than_it_may(told: Told) -> None:
    life = task_life(told, retries=2)
    ended = Player([Raised(ValueError(str(number))) for number in range(3)]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Running", "Retrying", "Retrying", "Failed"]
    assert str(ended.error) == "2"


def test_a_condition_decides_over_a_retry(told: Told) -> None:
    life = task_life(told, retries=9, condition=lambda life, ended: "again" in str(ended.error))
    ended = Player([Raised(ValueError("again")), Raised(ValueError("enough"))]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Running", "Retrying", "Failed"]
    assert str(ended.error) == "enough"


def test_its_own_time_is_up(told: Told) -> None:
    life = task_life(told, timeout=2)
    player = Player([Raised(TimedOut("2"))])
    ended = player.play(task_script(life, CALL))
    (call,) = [ask for ask in player.asks if isinstance(ask, CallUser)]
    assert call.seconds == 2
    assert told.states(life.id) == ["Pending", "Running", "TimedOut"]
    assert ended.state.message == "Task run exceeded timeout of 2.0 second(s)"
    assert isinstance(ended.error, TimeoutError)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Overdue(), "Crashed"),
        (KeyboardInterrupt(), "Crashed"),
        (SystemExit(1), "Crashed"),
        (CancelRequested(), "Cancelled"),
        (TimeoutError("the user's own"), "TimedOut"),
    ],
)
def test_what_ends_it_from_outside_is_not_its_failure(error: BaseException, state: str, told: Told) -> None:
    life = task_life(told, retries=0, timeout=2)
    ended = Player([Raised(error)]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Running", state]
    assert ended.error is error


@pytest.mark.parametrize("error", [Overdue(), KeyboardInterrupt(), CancelRequested()])
def test_what_was_stopped_is_not_tried_again(error: BaseException, told: Told) -> None:
    life = task_life(told, retries=5)
    Player([Raised(error)]).play(task_script(life, CALL))
    assert life.run_count == 1


def test_a_cancelled_flow_begins_no_task(told: Told) -> None:
    anna = Actor(kind="user", name="anna")
    flow = flow_life(told)
    flow.cancelled = cancelling("enough", anna)
    life = task_life(told, flow=flow_life(told, parent=flow))
    ended = Player([]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Cancelled"]
    assert (ended.state.message, ended.state.actor) == ("enough", anna)


def test_users_may_return_states(told: Told) -> None:
    given = Ended(failed("as I say", name="Weird"), error=ValueError("as I say"))
    life = task_life(told, conclude=lambda value: given if value == "state" else None)
    ended = Player([Returned("state")]).play(task_script(life, CALL))
    assert told.states(life.id) == ["Pending", "Running", "Weird"]
    assert ended.error is given.error


def test_hooks_hear_of_each_state_in_turn(told: Told) -> None:
    heard: list[str] = []
    hooks = Hooks(
        {kind: (lambda *_: None,) for kind in ("RUNNING", "COMPLETED", "FAILED")},
        lambda hook, life, ended: heard.append(ended.state.name),
    )
    life = task_life(told, retries=1, hooks=hooks)
    Player([Raised(ValueError()), Returned(1)]).play(task_script(life, CALL))
    assert heard == ["Running", "Retrying", "Completed"]
