"""The life of a flow run, pinned: a top-level run asks, a subflow tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from segue.engine import stamp
from segue.engine.asks import CancelRequested, LeaseLost, Raised, Returned, TerminationSignal, TimedOut
from segue.engine.ended import Ended
from segue.engine.flow_script import FlowCall, flow_script
from segue.engine.lives import FlowLife, current_flow
from segue.engine.spec import Hooks
from segue.model.errors import StaleFence
from segue.model.states import Actor, Cancelling, State
from segue.wire.requests import Verdict
from tests.unit.engine.lives import Player, Told, flow_life

ANNA = Actor(kind="user", name="anna")


class Pulse:
    """Hears nothing."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def watch(self, life: FlowLife, stop: object) -> None:
        self.calls.append("watch")

    def deafen(self, life: FlowLife) -> None:
        self.calls.append("deafen")

    def unwatch(self, life: FlowLife) -> None:
        self.calls.append("unwatch")


class Session:
    def __init__(self) -> None:
        self.pulse = Pulse()


def calling() -> FlowCall:
    return FlowCall(session=cast("Any", Session()), stop=lambda error: None)


def asking(life: FlowLife, answer: Callable[[State], Verdict] | None = None) -> tuple[dict[str, Any], list[State]]:
    """Return what stands for the service, and the states that were proposed to it."""
    proposed: list[State] = []

    def begin_root(
        life: FlowLife,
        session: object,
        states: list[State],
        existing: str | None,
        fence: object = None,
        redo_from: object = None,
    ) -> None:
        life.name = "so-named"
        for state in states:
            life.enter(state)

    def propose(life: FlowLife, state: State) -> Verdict:
        proposed.append(state)
        return answer(state) if answer is not None else Verdict(status="accept", state=state)

    return {"begin_root": begin_root, "_propose": propose}, proposed


def names(states: list[State]) -> list[str]:
    return [state.name for state in states]


def test_a_run_proposes_its_end(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "segue.flow_runs")
    life = flow_life(told)
    answers, proposed = asking(life)
    call = calling()
    ended = Player([Returned(7)], answers).play(flow_script(life, call))
    assert (ended.value, names(proposed)) == (7, ["Completed"])
    # Its last line is recorded before its last state: both are in one commit.
    assert told.lines()[-1] == "Finished in state Completed()"
    assert call.session.pulse.calls == ["watch", "deafen", "unwatch"]  # type: ignore[attr-defined]
    assert current_flow.get() is None


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_failure_is_tried_again_in_the_open(told: Told) -> None:
    life = flow_life(told, retries=2, delay=5)
    answers, proposed = asking(life)
    player = Player([Raised(ValueError("one")), Returned(1)], answers)
    ended = player.play(flow_script(life, calling()))
    assert names(proposed) == ["AwaitingRetry", "Running", "Completed"]
    assert (ended.value, player.slept(), life.run_count) == (1, [5], 2)


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (ValueError("no"), "Failed", "Flow run encountered an exception: ValueError: no"),
        (TimedOut("2"), "TimedOut", "Flow run exceeded timeout of 2.0 second(s)"),
        (TerminationSignal(15), "Crashed", "Execution was aborted by a termination signal."),
        (KeyboardInterrupt(), "Crashed", "Execution was aborted by an interrupt signal."),
        (SystemExit(1), "Crashed", "Execution was aborted by Python system exit call."),
        (CancelRequested(stamp.cancelling("enough", ANNA)), "Cancelled", "enough"),
    ],
)
def test_how_it_ended_is_what_it_proposes(error: BaseException, state: str, message: str, told: Told) -> None:
    life = flow_life(told, timeout=2)
    answers, proposed = asking(life)
    ended = Player([Raised(error)], answers).play(flow_script(life, calling()))
    assert [(each.name, each.message) for each in proposed] == [(state, message)]
    assert ended.state is proposed[0]


def test_a_stop_between_two_attempts_ends_it_too(told: Told) -> None:
    life = flow_life(told, retries=2, delay=600)
    answers, proposed = asking(life)
    player = Player([Raised(ValueError())], answers)
    player.interruption = CancelRequested(stamp.cancelling("enough", ANNA))
    ended = player.play(flow_script(life, calling()))
    assert names(proposed) == ["AwaitingRetry", "Cancelled"]
    assert ended.state.actor == ANNA


def test_whoever_completes_while_asked_to_stop_was_cancelled(told: Told) -> None:
    life = flow_life(told)
    asked = stamp.cancelling("enough", ANNA)

    def answer(state: State) -> Verdict:
        held = isinstance(life.state, Cancelling)
        return Verdict(status="accept" if held else "reject", state=state if held else asked)

    answers, proposed = asking(life, answer)
    ended = Player([Returned(1)], answers).play(flow_script(life, calling()))
    assert names(proposed) == ["Completed", "Cancelled"]
    assert (ended.state.message, ended.state.actor) == ("enough", ANNA)


def test_a_run_that_was_taken_over_says_nothing_more(told: Told) -> None:
    heard: list[str] = []
    hooks = Hooks({"CRASHED": (lambda *_: None,)}, lambda hook, life, ended: heard.append(ended.state.name))
    life = flow_life(told, hooks=hooks)
    answers, proposed = asking(life)
    ended = Player([Raised(LeaseLost())], answers).play(flow_script(life, calling()))
    assert (proposed, heard) == ([], [])
    assert isinstance(ended.error, LeaseLost)


def test_a_stale_fence_is_a_lost_lease(told: Told) -> None:
    life = flow_life(told)

    class Refusing:
        def call(self, operation: object, request: object) -> object:
            raise StaleFence(given=1, current=2)

    life.backend = cast("Any", Refusing())
    answers, _ = asking(life)
    del answers["_propose"]
    with pytest.raises(LeaseLost):
        Player([Returned(1)], answers).play(flow_script(life, calling()))


def test_arguments_that_do_not_fit_never_reach_the_body(told: Told) -> None:
    def validate(parameters: dict[str, object]) -> dict[str, object]:
        raise TypeError("x must be a number")

    life = flow_life(told, validate=validate)
    answers, proposed = asking(life)
    ended = Player([], answers).play(flow_script(life, calling()))
    assert (ended.state.name, proposed) == ("Failed", [])
    assert "x must be a number" in str(ended.state.message)


def test_a_subflow_tells_and_never_asks(told: Told) -> None:
    parent = flow_life(told)
    life = flow_life(told, parent=parent, retries=1, delay=0)
    ended = Player([Raised(ValueError("one")), Returned(3)]).play(flow_script(life, calling()))
    assert ended.value == 3
    assert told.states(life.id) == ["Pending", "Running", "AwaitingRetry", "Running", "Completed"]
    assert life.parent_task is not None
    assert told.states(life.parent_task.id) == ["Pending", "Running", "Completed"]


def test_a_fork_of_a_run_proposes_nothing(told: Told) -> None:
    life = flow_life(told)
    answers, proposed = asking(life)

    def forks(value: object) -> Ended | None:
        life.forked = True
        return None

    life.spec = flow_life(told, conclude=forks).spec
    ended = Player([Returned(1)], answers).play(flow_script(life, calling()))
    assert (ended.value, proposed) == (1, [])
