"""Automations evaluated over a database, without a server's loop: the test says who looks, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from segue.backend.commits import Ticket
from segue.backend.embedded import EmbeddedBackend
from segue.backend.evaluator import Evaluator
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.actions import DoNothing
from segue.model.automations import Automation, AutomationFiring, EventTrigger, SequenceTrigger, Trigger
from segue.model.errors import StorageProblem
from segue.model.events import Event
from segue.model.states import Failed
from segue.service.automation_firings import actor_of
from segue.service.causes import MOST
from segue.service.records import StateRows
from segue.store.session import Session
from segue.wire import automations as w
from segue.wire import evaluator as ev
from segue.wire import events as we
from segue.wire.requests import ById, Nothing
from tests.conformance.making import propose, start, state

pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)

ARRIVED = EventTrigger(expect=["file.arrived"])


@pytest.fixture
def embedded(backend: Backend) -> EmbeddedBackend:
    assert isinstance(backend, EmbeddedBackend)
    return backend


def make(backend: Backend, trigger: Trigger, name: str = "watch", **fields: object) -> Automation:
    request = w.NewAutomation(name=name, trigger=trigger, actions=[DoNothing()], **fields)  # type: ignore[arg-type]
    return backend.call(w.AUTOMATION_CREATE, request)


def tell(backend: Backend, event: str = "file.arrived", resource: str = "a", occurred: datetime | None = None) -> str:
    told = we.Tell(event=event, resource={"segue.resource.id": resource}, occurred=occurred)
    return backend.call(we.EVENT_TELL, told).ids[0]


def firings(backend: Backend, of: Automation | None = None) -> list[AutomationFiring]:
    query = w.AutomationFiringQuery(automation_ids=None if of is None else [of.id], sort="fired", limit=1_000)
    return backend.call(w.AUTOMATION_FIRING_LIST, query).items


def resources(firing: AutomationFiring) -> list[str]:
    return [event.resource_id for event in firing.events]


def test_what_has_been_counted_is_known_to_whoever_goes_on(embedded: EmbeddedBackend) -> None:
    make(embedded, EventTrigger(expect=["file.*"], threshold=3, within=60))
    for resource in "abcd":
        tell(embedded, resource=resource)
        evaluator = Evaluator(embedded)
        evaluator.turn()
        evaluator.leave()
    (firing,) = firings(embedded)
    assert resources(firing) == ["a", "b", "c"]
    assert firing.counted == 3
    assert firing.reason == "3 events (file.*) came within 1 minute."
    assert firing.event is not None
    assert firing.event.resource == {"segue.resource.id": "c"}
    read = embedded.call(w.AUTOMATION_FIRING_READ, ById(firing.id))
    assert read.firing == firing
    assert [each.status for each in read.actions] == ["pending"]


class FullDisk:
    """A database that can be read and cannot be written, for so many writes of what was found."""

    def __init__(self, embedded: EmbeddedBackend, writes: int) -> None:
        self._embedded = embedded
        self._left = writes

    def call(self, operation: Any, request: Any) -> Any:
        if operation is ev.EVALUATOR_ADVANCE and self._left:
            self._left -= 1
            raise StorageProblem("the disk is full")
        return self._embedded.call(operation, request)


def test_what_could_not_be_written_is_found_again(embedded: EmbeddedBackend) -> None:
    make(embedded, EventTrigger(expect=["file.arrived"], threshold=2))
    evaluator = Evaluator(cast("Backend", FullDisk(embedded, 2)))
    for resource in "ab":
        tell(embedded, resource=resource)
        with pytest.raises(StorageProblem):
            evaluator.turn()
    evaluator.turn()
    assert [resources(each) for each in firings(embedded)] == [["a", "b"]]
    # It is the same one who goes on.
    assert evaluator.evaluates
    tell(embedded, resource="c")
    tell(embedded, resource="d")
    evaluator.turn()
    assert [resources(each) for each in firings(embedded)] == [["a", "b"], ["c", "d"]]


def test_much_that_was_counted_is_kept_now_and_then_and_counted_again_by_whoever_goes_on(
    embedded: EmbeddedBackend,
) -> None:
    def places() -> tuple[int, int]:
        known = embedded.call(ev.EVALUATOR_LOOK, Nothing())
        return known.cursor, known.reached

    made = make(embedded, EventTrigger(expect=["file.arrived"], threshold=3))
    absent = make(embedded, EventTrigger(posture="Proactive", expect=["file.arrived"], within=30), "absence")
    # By its clock no time passes, in which what was counted might be written.
    evaluator = Evaluator(embedded, pace=1.0, monotonic=lambda: 100.0)
    tell(embedded, resource="a")
    evaluator.turn()
    kept, reached = places()
    for resource in "bcdefgh":
        tell(embedded, resource=resource)
        evaluator.turn()
    # Of the feed that are nine rows more: two tell that it fired.
    assert places() == (kept, reached + 9)
    found = [["a", "b", "c"], ["d", "e", "f"]]
    assert [resources(each) for each in firings(embedded, made)] == found
    evaluator.leave()
    # Killed here, it is followed by one who finds the same again, which is known.
    other = Evaluator(embedded)
    other.turn()
    assert [resources(each) for each in firings(embedded, made)] == found
    assert places() == (reached + 9, reached + 9)
    other.leave()
    # What time has judged is kept at once, and so is what may be judged otherwise another time.
    evaluator = Evaluator(embedded, pace=1.0, monotonic=lambda: 100.0, grace=-40.0)
    evaluator.turn()
    tell(embedded, resource="i")
    evaluator.turn()
    kept, reached = places()
    assert kept == reached
    assert [each.state for each in firings(embedded, absent)] == ["Triggered", "Resolved", "Triggered"]
    evaluator.leave()
    evaluator = Evaluator(embedded, pace=1.0, monotonic=lambda: 100.0)
    for resource, ahead, keeps in (("j", 0, True), ("k", 0, False), ("l", 20, True)):
        tell(embedded, resource=resource, occurred=now() + timedelta(seconds=ahead))
        evaluator.turn()
        kept, reached = places()
        assert (kept == reached) is keeps
    assert [resources(each) for each in firings(embedded, made)] == [*found, ["g", "h", "i"], ["j", "k", "l"]]


def test_nothing_is_evaluated_while_there_is_no_automation(embedded: EmbeddedBackend) -> None:
    evaluator = Evaluator(embedded)
    tell(embedded)
    assert evaluator.turn() is None
    assert not evaluator.evaluates


def test_a_change_holds_from_its_own_place_in_the_feed_on(embedded: EmbeddedBackend) -> None:
    tell(embedded, resource="before it was made")
    made = make(embedded, ARRIVED)
    tell(embedded, resource="first")
    other = EventTrigger(expect=["file.gone"])
    embedded.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, trigger=other))
    tell(embedded, resource="not expected any more")
    tell(embedded, "file.gone", "second")
    embedded.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, enabled=False))
    tell(embedded, "file.gone", "while it was off")
    embedded.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, enabled=True, name="renamed"))
    tell(embedded, "file.gone", "third")
    embedded.call(w.AUTOMATION_DELETE, ById(made.id))
    tell(embedded, "file.gone", "after its end")
    # Nobody looked before all of this had happened.
    Evaluator(embedded).turn()
    found = firings(embedded)
    assert [(each.automation_name, each.version, *resources(each)) for each in found] == [
        ("watch", 1, "first"),
        ("watch", 2, "second"),
        ("renamed", 4, "third"),
    ]


def test_what_was_counted_stays_while_the_trigger_does(embedded: EmbeddedBackend) -> None:
    made = make(embedded, EventTrigger(expect=["file.arrived"], threshold=2))
    tell(embedded, resource="a")
    embedded.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, description="new words"))
    tell(embedded, resource="b")
    embedded.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, trigger=EventTrigger(threshold=2, expect=["file.*"])))
    tell(embedded, resource="c")
    evaluator = Evaluator(embedded)
    evaluator.turn()
    assert [resources(each) for each in firings(embedded)] == [["a", "b"]]
    tell(embedded, resource="d")
    evaluator.turn()
    assert [resources(each) for each in firings(embedded)] == [["a", "b"], ["c", "d"]]


def test_of_two_one_evaluates_and_the_other_when_it_leaves(embedded: EmbeddedBackend, second: Backend) -> None:
    make(embedded, ARRIVED)
    first, other = Evaluator(embedded), Evaluator(second)
    first.turn()
    other.turn()
    assert (first.evaluates, other.evaluates) == (True, False)
    tell(embedded, resource="a")
    other.turn()
    first.turn()
    first.leave()
    tell(embedded, resource="b")
    other.turn()
    assert other.evaluates
    assert [resources(each) for each in firings(embedded)] == [["a"], ["b"]]


def test_who_was_thought_gone_writes_nothing_more(embedded: EmbeddedBackend, second: Backend) -> None:
    make(embedded, EventTrigger(expect=["file.arrived"], threshold=2))
    first, other = Evaluator(embedded, lease=0.0), Evaluator(second)
    first.turn()
    tell(embedded, resource="a")
    other.turn()
    assert other.evaluates
    # Its own clock tells it that it may still evaluate.
    first._until = first._monotonic() + 1_000
    first.turn()
    tell(embedded, resource="b")
    first.turn()
    assert not first.evaluates
    assert firings(embedded) == []
    other.turn()
    assert [resources(each) for each in firings(embedded)] == [["a", "b"]]


def test_states_of_runs_are_events_with_what_has_to_do_with_them(embedded: EmbeddedBackend) -> None:
    made = make(
        embedded,
        EventTrigger(
            expect=["segue.flow-run.Failed"], match={"segue.resource.name": "brave-*"},
            match_related={"segue.resource.role": "flow", "segue.resource.name": "load"},
        ),
    )  # fmt: skip
    wanted, other = start(embedded, flow="load"), start(embedded, flow="report")
    for run in (other, wanted):
        propose(embedded, run.run.id, state(Failed), fence=run.run.fence)
    Evaluator(embedded).turn()
    (firing,) = firings(embedded, made)
    assert resources(firing) == [f"segue.flow-run.{wanted.run.id}"]
    assert firing.event is not None
    assert firing.event.payload["state"] == {"type": "FAILED", "name": "Failed", "message": None}


def test_what_does_not_come_is_noticed_once(embedded: EmbeddedBackend) -> None:
    made = make(
        embedded,
        EventTrigger(
            posture="Proactive", after=["job.begun"], expect=["job.done"], within=60, for_each=["segue.resource.id"]
        ),
    )
    began = now() - timedelta(hours=1)
    tell(embedded, "job.begun", "a", occurred=began)
    tell(embedded, "job.begun", "b", occurred=began)
    tell(embedded, "job.done", "b", occurred=began + timedelta(seconds=59))
    for _ in range(3):
        evaluator = Evaluator(embedded)
        evaluator.turn()
        evaluator.leave()
    (firing,) = firings(embedded, made)
    assert firing.occurred == began + timedelta(seconds=60)
    assert (firing.labels, firing.event) == ({"segue.resource.id": "a"}, None)
    assert firing.reason.startswith("No event (job.done) came within 1 minute after job.begun; the time was over at ")
    tell(embedded, "job.done", "a")
    Evaluator(embedded).turn()
    assert [each.state for each in firings(embedded, made)] == ["Triggered", "Resolved"]


def test_what_is_due_later_is_waited_for(embedded: EmbeddedBackend) -> None:
    make(embedded, EventTrigger(posture="Proactive", expect=["beat"], within=30))
    evaluator = Evaluator(embedded)
    due = evaluator.turn()
    assert due is not None
    assert 20 < due < 32
    assert firings(embedded) == []


def test_triggers_within_a_trigger_are_told_apart(embedded: EmbeddedBackend) -> None:
    make(
        embedded,
        SequenceTrigger(triggers=[EventTrigger(expect=["a"]), EventTrigger(expect=["b"], threshold=2)], within=60),
    )
    for name in ("b", "a", "b", "b"):
        tell(embedded, name, name)
    Evaluator(embedded).turn()
    (firing,) = firings(embedded)
    assert [(child.trigger, [event.event for event in child.events]) for child in firing.children] == [
        ("0", ["a"]),
        ("1", ["b", "b"]),
    ]


# --- loops ------------------------------------------------------------------------------------------------------------


def act(backend: EmbeddedBackend, firing: AutomationFiring, event: str) -> None:
    """Do what an action would: tell an event as the automation."""

    def handler(session: Session, _: Nothing) -> Nothing:
        rows = StateRows()
        resource = {"segue.resource.id": "anything"}
        rows.tell(Event(id=new_id(), event=event, occurred=now(), resource=resource, actor=actor_of(firing)))
        rows.write(session)
        return Nothing()

    ticket: Ticket[Nothing, Nothing] = Ticket("act", handler, Nothing())
    backend.submit(ticket)
    ticket.wait()


def run_out(backend: EmbeddedBackend, answers: Callable[[AutomationFiring], str | None]) -> list[AutomationFiring]:
    """Evaluate and act until nothing fires any more."""
    evaluator, done = Evaluator(backend), 0
    while True:
        evaluator.turn()
        found = firings(backend)
        assert len(found) < 200, "a loop goes on"
        if len(found) == done:
            evaluator.leave()
            return found
        for firing in found[done:]:
            event = answers(firing)
            if event is not None and firing.stopped is None:
                act(backend, firing, event)
        done = len(found)


def test_a_loop_of_automations_is_stopped_with_a_clear_event(embedded: EmbeddedBackend) -> None:
    ping, pong = (
        make(embedded, EventTrigger(expect=["ping"]), "ping"),
        make(embedded, EventTrigger(expect=["pong"]), "pong"),
    )
    tell(embedded, "ping")
    found = run_out(embedded, lambda firing: "pong" if firing.automation_id == ping.id else "ping")
    assert [each.automation_name for each in found[:4]] == ["ping", "pong", "ping", "pong"]
    assert found[2].caused_by == found[1].id
    assert found[2].root == found[0].id
    assert found[2].chain == [ping.id, pong.id, ping.id]
    assert [each.automation_name for each in found if each.stopped] == ["ping"]
    assert len([each for each in found if each.automation_id == ping.id]) == MOST + 2
    (told,) = embedded.call(we.EVENT_LIST, we.EventQuery(names=["segue.automation.loop-stopped"])).items
    assert "brought about (ping → pong → ping), so nothing is done" in str(told.payload["stopped"])
    # One more of it fires nothing, and says so.
    act(embedded, found[-2], "ping")
    assert len(run_out(embedded, lambda _: None)) == len(found)
    last = embedded.call(we.EVENT_LIST, we.EventQuery(names=["ping"], limit=1)).items[0]
    why = embedded.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=ping.id, event_id=last.id))
    assert "the loop of automations that was stopped" in why.sentence
    assert why.events[0].firing_id == found[-1].id
    # What comes from elsewhere begins anew.
    tell(embedded, "ping")
    assert run_out(embedded, lambda _: None)[-1].stopped is None


def test_automations_that_look_at_everything_do_not_fire_by_their_own_firings(embedded: EmbeddedBackend) -> None:
    make(embedded, EventTrigger(), "everything")
    make(embedded, EventTrigger(expect=["segue.*"]), "all of ours")
    tell(embedded)
    assert [each.automation_name for each in run_out(embedded, lambda _: None)].count("everything") == 2


def test_what_a_run_does_that_an_action_made_belongs_to_the_chain(embedded: EmbeddedBackend) -> None:
    make(embedded, EventTrigger(expect=["go", "segue.flow-run.Failed"]), "again")
    tell(embedded, "go")
    evaluator = Evaluator(embedded)
    evaluator.turn()
    (first,) = firings(embedded)
    run = start(embedded, created_by=actor_of(first))
    propose(embedded, run.run.id, state(Failed), fence=run.run.fence)
    evaluator.turn()
    last = firings(embedded)[-1]
    assert (last.caused_by, last.root) == (first.id, first.id)
