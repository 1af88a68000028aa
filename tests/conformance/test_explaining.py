"""Why automations fired or did not, and what would have fired them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.evaluator import Evaluator
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.automations import (
    CompoundTrigger,
    EventTrigger,
    MetricTrigger,
    MetricTriggerQuery,
    Trigger,
)
from segue.model.errors import BadRequest, NotFound
from segue.model.states import Failed
from segue.wire import automations as w
from segue.wire import events as we
from tests.conformance.making import propose, start, state

ARRIVED = EventTrigger(expect=["file.arrived"], match={"segue.resource.id": "in/*"}, threshold=2, within=60)


def make(backend: Backend, trigger: Trigger) -> str:
    return backend.call(w.AUTOMATION_CREATE, w.NewAutomation(name="watch", trigger=trigger)).id


def tell(backend: Backend, event: str = "file.arrived", resource: str = "in/1", **facts: object) -> str:
    told = we.Tell(event=event, resource={"segue.resource.id": resource}, **facts)  # type: ignore[arg-type]
    return backend.call(we.EVENT_TELL, told).ids[0]


def evaluate(beneath: EmbeddedBackend) -> None:
    evaluator = Evaluator(beneath)
    evaluator.turn()
    evaluator.leave()


def why(backend: Backend, id: str, event: str) -> tuple[str, str]:
    (judged,) = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id, event_id=event)).events
    return judged.outcome, judged.sentence


def test_each_event_has_its_reason(backend: Backend, beneath: EmbeddedBackend) -> None:
    early = tell(backend)
    id = make(backend, ARRIVED)
    old = now() - timedelta(hours=1)
    lone = tell(backend, resource="in/lone", occurred=old)
    other_name, other_place = tell(backend, "file.gone"), tell(backend, resource="out/1")
    first, second, third = tell(backend), tell(backend), tell(backend)
    assert why(backend, id, first)[0] == "coming"
    evaluate(beneath)
    assert why(backend, id, early)[0] == "before"
    assert why(backend, id, lone) == ("passed", "It counted, but 2 events did not come within 60 seconds.")
    assert why(backend, id, other_name) == ("not-meant", "Its name is file.gone; wanted is file.arrived.")
    assert why(backend, id, other_place) == (
        "not-meant", "Its resource's segue.resource.id is out/1; wanted is in/*.",
    )  # fmt: skip
    assert why(backend, id, first)[0] == "counted"
    assert why(backend, id, second)[0] == "fired"
    assert why(backend, id, third) == ("waiting", "It counts. 1 of 2 events have come within 1 minute.")
    whole = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id))
    assert whole.sentence.startswith("It last fired at ")
    assert whole.last_firing is not None
    assert [each.outcome for each in whole.events] == [
        "waiting", "fired", "counted", "not-meant", "passed", "before",
    ]  # fmt: skip
    assert [wait.sentence for wait in whole.waiting] == ["1 of 2 events have come within 1 minute."]
    backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=id, enabled=False))
    assert "disabled" in backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id)).sentence
    with pytest.raises(NotFound):
        why(backend, id, new_id())
    with pytest.raises(NotFound):
        why(backend, new_id(), first)


def test_what_was_counted_and_is_not_yet_written_is_told_all_the_same(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    begun = EventTrigger(after=["begun"], expect=["done"], within=60)
    counts, idle = make(backend, ARRIVED), make(backend, begun)
    # What it counts after the first time it would write much later.
    evaluator = Evaluator(beneath, pace=1.0)
    tell(backend, resource="in/0", occurred=now() - timedelta(hours=1))
    evaluator.turn()
    first, nothing = tell(backend), tell(backend, "done")
    evaluator.turn()
    assert why(backend, counts, first) == ("waiting", "It counts. 1 of 2 events have come within 1 minute.")
    # Nothing was there to be written.
    assert why(backend, idle, nothing)[0] == "passed"
    second = tell(backend)
    # By this one it fires as soon as a server has looked.
    assert {why(backend, counts, each)[0] for each in (first, second)} == {"coming"}
    evaluator.turn()
    assert [why(backend, counts, each)[0] for each in (first, second)] == ["counted", "fired"]
    evaluator.leave()


def test_what_nothing_has_to_do_with_is_said(backend: Backend, beneath: EmbeddedBackend) -> None:
    trigger = EventTrigger(
        expect=["segue.flow-run.Failed"],
        match_related={"segue.resource.role": "flow", "segue.resource.name": ["a", "b"]},
    )
    id = make(backend, trigger)
    run = start(backend, flow="load")
    failed = state(Failed)
    propose(backend, run.run.id, failed, fence=run.run.fence)
    evaluate(beneath)
    assert why(backend, id, failed.id) == (
        "not-meant", "The resource related to it does not have segue.resource.role flow, segue.resource.name a or b.",
    )  # fmt: skip
    whole = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=make(backend, EventTrigger(expect=["never"]))))
    assert whole.sentence == "It has not fired. No event that it might mean has come lately: never."
    assert whole.events == []


def test_what_waits_for_its_time_says_until_when(backend: Backend, beneath: EmbeddedBackend) -> None:
    id = make(
        backend,
        EventTrigger(
            posture="Proactive", after=["begun"], expect=["done"], within=3600, for_each=["segue.resource.id"]
        ),
    )
    (idle,) = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id)).waiting
    assert idle.sentence == "Nothing has begun it: begun has not come since it last ended."
    begun = now()
    tell(backend, "begun", "job", occurred=begun)
    evaluate(beneath)
    (wait,) = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id)).waiting
    assert wait.labels == {"segue.resource.id": "job"}
    assert wait.until == begun + timedelta(hours=1)


def test_triggers_within_a_trigger_and_metrics_are_explained(backend: Backend, beneath: EmbeddedBackend) -> None:
    rows = MetricTriggerQuery(name="value", events=["loaded"], field="rows", operator="<", threshold=100, firing_for=60)
    id = make(backend, CompoundTrigger(triggers=[EventTrigger(expect=["a"]), MetricTrigger(metric=rows)]))
    told, empty = tell(backend, "loaded", payload={"rows": 5}), tell(backend, "loaded")
    evaluate(beneath)
    waits = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id)).waiting
    assert [wait.trigger for wait in waits] == ["0", "1"]
    assert waits[1].sentence.startswith("The number is 5, and has been < 100 since ")
    assert why(backend, id, told)[0] == "waiting"
    assert why(backend, id, empty) == (
        "not-meant", "0: Its name is loaded; wanted is a. 1: It carries no number that the metric is made of.",
    )  # fmt: skip
    tell(backend, "a")
    evaluate(beneath)
    whole = backend.call(w.AUTOMATION_EXPLAIN, w.ExplainAutomation(id=id)).waiting[0]
    assert (whole.trigger, whole.sentence) == ("", "Of its 2 triggers the 1st has fired; it takes 2.")


def test_what_would_have_fired_is_found_in_the_past(backend: Backend, beneath: EmbeddedBackend) -> None:
    at = now() - timedelta(hours=2)
    ids = [tell(backend, resource=f"in/{n}", occurred=at + timedelta(seconds=10 * n)) for n in range(5)]
    tell(backend, resource="out/1", occurred=at)
    new = w.NewAutomation(name="watch", trigger=ARRIVED)
    found = backend.call(w.AUTOMATION_TRY, w.TryAutomation(automation=new))
    assert (found.fired, found.read, found.meant, found.whole) == (2, 6, 5, True)
    assert [[event.id for event in each.events] for each in found.firings] == [ids[:2], ids[2:4]]
    assert found.firings[0].fired == at + timedelta(seconds=10)
    assert [wait.sentence for wait in found.waiting] == ["1 of 2 events have come within 1 minute."]
    few = backend.call(w.AUTOMATION_TRY, w.TryAutomation(automation=new, limit=1))
    assert (few.fired, len(few.firings)) == (2, 1)
    late = w.TryAutomation(automation=new, occurred_after=at + timedelta(seconds=15))
    assert backend.call(w.AUTOMATION_TRY, late).fired == 1
    # One that there is, whether or not it is enabled; and nothing came of any of this.
    id = make(backend, ARRIVED)
    backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=id, enabled=False))
    assert backend.call(w.AUTOMATION_TRY, w.TryAutomation(id=id)).fired == 2
    assert backend.call(w.AUTOMATION_FIRING_LIST, w.AutomationFiringQuery()).items == []
    with pytest.raises(BadRequest, match="one of the two"):
        backend.call(w.AUTOMATION_TRY, w.TryAutomation())
    with pytest.raises(BadRequest, match="before it begins"):
        backend.call(w.AUTOMATION_TRY, w.TryAutomation(id=id, occurred_after=now(), occurred_before=at))
    wrong = w.NewAutomation(name="x", trigger=EventTrigger(posture="Proactive"))
    with pytest.raises(BadRequest, match="say for how long"):
        backend.call(w.AUTOMATION_TRY, w.TryAutomation(automation=wrong))
    with pytest.raises(NotFound):
        backend.call(w.AUTOMATION_TRY, w.TryAutomation(id=new_id()))


def test_what_stayed_away_is_found_in_the_past(backend: Backend) -> None:
    began = now() - timedelta(hours=3)
    tell(backend, "begun", occurred=began)
    trigger = EventTrigger(posture="Proactive", after=["begun"], expect=["done"], within=60)
    found = backend.call(w.AUTOMATION_TRY, w.TryAutomation(automation=w.NewAutomation(name="x", trigger=trigger)))
    assert [each.occurred for each in found.firings] == [began + timedelta(seconds=60)]
