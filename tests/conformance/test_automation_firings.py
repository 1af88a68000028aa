from __future__ import annotations

from segue.backend.commits import Ticket
from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.actions import Action, DoNothing, RunDeployment
from segue.model.automations import AutomationFiring
from segue.model.events import Event
from segue.service.automation_firings import actions_of, event_of, read_firing, record_firing
from segue.wire import events as w

ACTIONS: list[Action] = [
    RunDeployment(deployment_id=new_id(), parameters={"path": "{{ event.payload.path }}"}),
    DoNothing(),
]


def firing(**fields: object) -> AutomationFiring:
    at = now()
    facts = {
        "id": new_id(), "automation_id": new_id(), "automation_name": "load files", "fired": at, "occurred": at,
        "position": 7, "reason": "1 event came.",
    }  # fmt: skip
    return AutomationFiring(**{**facts, **fields})  # type: ignore[arg-type]


def record(backend: EmbeddedBackend, made: AutomationFiring, cause: str = "0:7") -> bool:
    ticket = Ticket("record", lambda session, _: record_firing(session, made, ACTIONS, cause=cause), None)
    backend.submit(ticket)
    return bool(ticket.wait())


def test_a_firing_and_what_is_to_be_done_are_written_together_and_once(beneath: EmbeddedBackend) -> None:
    made = firing()
    assert record(beneath, made)
    again = firing(automation_id=made.automation_id)
    assert not record(beneath, again)
    assert beneath.look(lambda session: read_firing(session, made.id)) == made
    queued = beneath.look(lambda session: actions_of(session, made.id))
    assert [(each.number, each.action, each.status, each.attempts, each.due) for each in queued] == [
        (0, ACTIONS[0], "pending", 0, made.fired),
        (1, ACTIONS[1], "pending", 0, made.fired),
    ]
    assert beneath.look(lambda session: actions_of(session, again.id)) == []
    told = beneath.call(w.EVENT_LIST, w.EventQuery(names=["segue.automation.*"])).items
    assert [event.event for event in told] == ["segue.automation.triggered"]
    assert told[0].actor is not None
    assert (told[0].actor.kind, told[0].actor.id, told[0].actor.firing) == ("automation", made.automation_id, made.id)


def test_nothing_is_to_be_done_about_a_firing_of_a_loop_that_was_stopped(beneath: EmbeddedBackend) -> None:
    made = firing(stopped="It has fired ten times in a chain of its own actions.")
    assert record(beneath, made)
    assert beneath.look(lambda session: actions_of(session, made.id)) == []
    (told,) = beneath.call(w.EVENT_LIST, w.EventQuery(names=["segue.automation.*"])).items
    assert told.event == "segue.automation.loop-stopped"
    assert told.payload["stopped"] == made.stopped


def test_a_large_payload_stays_in_the_feed(beneath: EmbeddedBackend) -> None:
    payload: dict[str, object] = {"lines": "x" * 100_000}
    told = beneath.call(
        w.EVENT_TELL, w.Tell(event="file.arrived", resource={"segue.resource.id": "s3"}, payload=payload)
    )
    fed = beneath.call(w.EVENT_READ, w.EventId(told.ids[0]))
    event = Event(id=fed.id, event=fed.event, occurred=fed.occurred, resource=fed.resource, payload=fed.payload)
    made = firing(event=event)
    assert record(beneath, made)
    kept = beneath.look(lambda session: read_firing(session, made.id))
    assert kept.event is not None
    assert (kept.event_cut, kept.event.payload) == (True, {})
    whole = beneath.look(lambda session: event_of(session, kept))
    assert whole is not None
    assert whole.payload == payload
