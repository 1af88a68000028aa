"""Automations while the clock is set, far ahead and far back, and while nobody evaluates: nothing is missed or repeated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.evaluator import Evaluator
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.actions import DoNothing, InvokeFunction
from segue.model.automations import (
    AutomationFiring,
    CompoundTrigger,
    EventTrigger,
    MetricTrigger,
    MetricTriggerQuery,
    Trigger,
)
from segue.service import automation_actions as acts
from segue.service import delivering
from segue.service.action_context import Subjects
from segue.service.handlers import handler_of
from segue.store.session import Session
from segue.wire import automations as w
from segue.wire import evaluator as ev
from segue.wire import events as we
from segue.wire.operation import Durability
from segue.wire.requests import Nothing

pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)

BEAT = EventTrigger(posture="Proactive", expect=["beat"], within=60)
ANSWER = EventTrigger(
    posture="Proactive", after=["asked"], expect=["answered"], within=60, for_each=["segue.resource.id"]
)
T = TypeVar("T")

DAY = timedelta(days=1).total_seconds()


class _Session:
    """A session whose database's clock is wound by hand."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self.caller = None

    def now(self) -> datetime:
        return self._clock.wall

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class Clock:
    """The clock of a database and the monotonic one of who uses it, and what is asked of the database by them."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self.wall = now()
        self.seconds = 1_000.0

    def monotonic(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def set(self, seconds: float) -> None:
        """Set the clock on the wall, ahead or back."""
        self.wall += timedelta(seconds=seconds)

    def session(self, session: Session) -> Session:
        return cast("Session", _Session(session, self))

    def call(self, operation: Any, request: Any) -> Any:
        handler = handler_of(operation)
        if operation.durability is Durability.READ:
            return self._backend.look(lambda session: handler(self.session(session), request))
        return self.do(handler, request)

    def look(self, find: Callable[[Session, int], T]) -> T:
        return self._backend.look(lambda session: find(self.session(session), 10))

    def do(self, handler: Callable[[Session, Any], T], request: object) -> T:
        return self._backend.do("it", lambda session, given: handler(self.session(session), given), request)

    def evaluator(self) -> Evaluator:
        return Evaluator(cast("Backend", self), monotonic=self.monotonic)

    def turn(self, evaluator: Evaluator, seconds: int = 15) -> None:
        """Let somebody evaluate for a while, as long as anything is waited for to settle; it looks each second at least."""
        for _ in range(seconds):
            evaluator.turn()
            self.pass_by(1)
        evaluator.turn()

    def tell(self, event: str = "beat", resource: str = "a", payload: dict[str, object] | None = None) -> None:
        told = we.Tell(event=event, resource={"segue.resource.id": resource}, payload=payload or {})
        self.call(we.EVENT_TELL, told)

    def make(self, trigger: Trigger, name: str) -> None:
        self.call(w.AUTOMATION_CREATE, w.NewAutomation(name=name, trigger=trigger, actions=[DoNothing()]))

    def fired(self) -> list[tuple[str, str]]:
        """What has fired, the first first, and whether it was resolved."""
        page = self.call(w.AUTOMATION_FIRING_LIST, w.AutomationFiringQuery(limit=1_000)).items
        told = sorted(page, key=lambda each: each.id)
        return [(each.automation_name, each.state) for each in told]

    def last(self) -> AutomationFiring:
        page = self.call(w.AUTOMATION_FIRING_LIST, w.AutomationFiringQuery(limit=1_000)).items
        return cast("AutomationFiring", max(page, key=lambda each: str(each.id)))


@pytest.fixture
def clock(backend: Backend) -> Clock:
    assert isinstance(backend, EmbeddedBackend)
    return Clock(backend)


def test_absence_is_noticed_once_over_any_number_of_restarts(clock: Clock) -> None:
    clock.make(BEAT, "beat")
    clock.turn(clock.evaluator(), 30)
    # Nobody evaluates for an hour, in which the time runs out; those who begin again do so one after the other.
    clock.pass_by(3_600)
    for _ in range(4):
        clock.turn(clock.evaluator())
    assert clock.fired() == [("beat", "Triggered")]
    clock.tell()
    clock.turn(clock.evaluator())
    clock.pass_by(60)
    for _ in range(3):
        clock.turn(clock.evaluator())
    assert clock.fired() == [("beat", "Triggered"), ("beat", "Resolved"), ("beat", "Triggered")]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_was_a_day_ahead_for_a_while(clock: Clock, restarted: bool) -> None:
    clock.make(BEAT, "beat")
    clock.make(ANSWER, "answer")
    evaluator = clock.evaluator()
    clock.tell("asked", "a")
    clock.turn(evaluator)
    clock.set(DAY)
    # By the clock both are overdue; what is still on its way is waited for, and then both fire, once.
    evaluator.turn()
    assert clock.fired() == []
    clock.turn(evaluator)
    assert sorted(clock.fired()) == [("answer", "Triggered"), ("beat", "Triggered")]
    # This comes while the clock is ahead.
    clock.tell()
    clock.tell("answered", "a")
    clock.tell("asked", "b")
    clock.turn(evaluator, 5)
    assert len(clock.fired()) == 4
    clock.set(-DAY)
    if restarted:
        evaluator = clock.evaluator()
    clock.turn(evaluator, 50)
    assert len(clock.fired()) == 4
    # And then nothing comes for a minute.
    clock.turn(evaluator, 20)
    assert sorted(clock.fired()[4:]) == [("answer", "Triggered"), ("beat", "Triggered")]
    assert clock.last().occurred < clock.wall
    clock.tell()
    clock.tell("answered", "b")
    clock.turn(evaluator)
    assert sorted(clock.fired()[6:]) == [("answer", "Resolved"), ("beat", "Resolved")]


def test_a_clock_that_is_set_back_while_something_is_waited_for(clock: Clock) -> None:
    clock.make(BEAT, "beat")
    clock.make(EventTrigger(expect=["step"], threshold=2, within=60), "twice")
    both = [EventTrigger(expect=["step"]), EventTrigger(expect=["other"])]
    clock.make(CompoundTrigger(triggers=list(both), within=60), "both")
    query = MetricTriggerQuery(
        name="value", events=["size"], field="n", operator=">", threshold=5, range=60, firing_for=20
    )
    clock.make(MetricTrigger(metric=query), "size")
    evaluator = clock.evaluator()
    clock.tell("step")
    clock.tell("size", payload={"n": 9})
    clock.turn(evaluator)
    clock.set(-DAY)
    evaluator.turn()
    clock.tell("step")
    clock.tell("other")
    clock.turn(evaluator)
    assert sorted(clock.fired()) == [("both", "Triggered"), ("twice", "Triggered")]
    clock.turn(evaluator, 10)
    assert clock.fired()[2:] == [("size", "Triggered")]
    clock.turn(evaluator, 50)
    assert sorted(clock.fired()[3:]) == [("beat", "Triggered"), ("size", "Resolved")]


def test_an_event_that_claims_to_come_from_next_year_stops_nothing(clock: Clock) -> None:
    clock.make(BEAT, "beat")
    evaluator = clock.evaluator()
    evaluator.turn()
    ahead = we.Tell(event="beat", resource={"segue.resource.id": "a"}, occurred=clock.wall + timedelta(days=365))
    clock.call(we.EVENT_TELL, ahead)
    clock.turn(evaluator, 50)
    assert clock.fired() == []
    clock.turn(evaluator, 20)
    assert clock.fired() == [("beat", "Triggered")]


def test_what_was_decided_while_the_clock_was_ahead_is_done_and_told_all_the_same(clock: Clock) -> None:
    call = InvokeFunction(url="https://functions.example/it")
    clock.call(
        w.AUTOMATION_CREATE,
        w.NewAutomation(name="step", trigger=EventTrigger(expect=["step"]), actions=[DoNothing(), call]),
    )
    clock.set(DAY)
    clock.tell("step")
    clock.evaluator().turn()
    nothing, outside = clock.look(acts.find_due).items
    perform = acts.Perform(firing_id=outside.firing_id, number=outside.number, action=call, about=Subjects())
    clock.do(acts.perform, perform)
    clock.set(-DAY)
    (queued,) = clock.look(acts.find_due).items
    assert queued.number == nothing.number
    assert queued.due is not None
    assert queued.due > clock.wall
    # Of several servers one claims it, and another once the claim has lapsed.
    for _ in range(2):
        assert [each.number for each in clock.do(acts.claim, 10)] == [nothing.number]
        assert clock.do(acts.claim, 10) == []
        clock.pass_by(acts.LEASE)
    # Once it was tried and failed, it waits as it should.
    clock.do(acts.give_up, acts.GiveUp(firing_id=queued.firing_id, number=queued.number, problem="not now", again=True))
    assert clock.look(acts.find_due).items == []
    # The same holds for what is told outside.
    (delivery,) = clock.look(delivering.find_due).items
    assert delivery.due is not None
    assert delivery.due > clock.wall
    claim = delivering.Claim(id=delivery.id, attempts=delivery.attempts)
    assert clock.do(delivering.claim, claim) is not None
    assert clock.do(delivering.claim, claim) is None
    assert clock.look(delivering.find_due).items == []


def test_who_evaluated_while_the_clock_was_ahead_does_not_keep_others_from_it(clock: Clock) -> None:
    clock.make(BEAT, "beat")
    clock.set(DAY)
    clock.evaluator().turn()
    clock.set(-DAY)
    # Its machine is gone, and nobody can look at its process.
    held = clock.call(ev.EVALUATOR_LOOK, Nothing())
    assert (held.holder is not None, held.seconds) == (True, 0.0)
    assert held.gap < -1
    other = clock.evaluator()
    other.turn()
    assert other.evaluates
