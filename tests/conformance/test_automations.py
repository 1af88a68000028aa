from __future__ import annotations

import pytest

from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.actions import CallWebhook, CancelFlowRun, DoNothing, RunDeployment, SendNotification
from segue.model.automations import CompoundTrigger, EventTrigger, MetricTrigger, MetricTriggerQuery, Trigger
from segue.model.errors import AlreadyExists, BadRequest, NotFound
from segue.wire import automations as w
from segue.wire import blocks as b
from segue.wire import events as we
from segue.wire.operations import FLOW_LIST
from segue.wire.queries import FlowQuery
from segue.wire.requests import ById
from tests.conformance.test_deployments import put

ARRIVED = EventTrigger(expect=["file.arrived"])


def new(name: str = "load files", **fields: object) -> w.NewAutomation:
    return w.NewAutomation(**{"name": name, "trigger": ARRIVED, "actions": [DoNothing()], **fields})  # type: ignore[arg-type]


def told(backend: Backend, id: str) -> list[str]:
    query = we.EventQuery(resource_ids=[f"segue.automation.{id}"], sort="seq", changes=True)
    return [event.event for event in backend.call(we.EVENT_LIST, query).items]


def listed(backend: Backend, **asked: object) -> list[str]:
    query = w.AutomationQuery(**asked)  # type: ignore[arg-type]
    items = backend.call(w.AUTOMATION_LIST, query).items
    assert backend.call(w.AUTOMATION_COUNT, query).count == len(items)
    return [each.name for each in items]


def test_an_automation_is_made_changed_and_deleted_and_each_change_is_told(backend: Backend) -> None:
    made = backend.call(w.AUTOMATION_CREATE, new(description="d", tags=["x"]))
    assert backend.call(w.AUTOMATION_READ, ById(made.id)) == made
    assert (made.enabled, made.version, made.trigger) == (True, 1, ARRIVED)
    changed = backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, name="other"))
    assert (changed.name, changed.version, changed.description) == ("other", 2, "d")
    assert backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, name="other")) == changed
    off = backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, enabled=False))
    assert not off.enabled
    backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, enabled=True))
    backend.call(w.AUTOMATION_DELETE, ById(made.id))
    with pytest.raises(NotFound):
        backend.call(w.AUTOMATION_READ, ById(made.id))
    with pytest.raises(NotFound):
        backend.call(w.AUTOMATION_DELETE, ById(made.id))
    assert told(backend, made.id) == [
        f"segue.automation.{verb}" for verb in ("created", "updated", "disabled", "enabled", "deleted")
    ]


def test_a_request_that_is_repeated_makes_one_automation(backend: Backend) -> None:
    request = new(id=new_id())
    assert backend.call(w.AUTOMATION_CREATE, request) == backend.call(w.AUTOMATION_CREATE, request)
    with pytest.raises(AlreadyExists):
        backend.call(w.AUTOMATION_CREATE, new("another", id=request.id))
    assert listed(backend) == ["load files"]


@pytest.mark.parametrize(
    ("trigger", "complaint"),
    [
        (EventTrigger(posture="Proactive", expect=["x"]), "say for how long"),
        (EventTrigger(posture="Proactive", within=60, for_each=["a"]), "say which events"),
        (EventTrigger(expect=["a*b"]), "only at its end"),
        (EventTrigger(expect=[""]), "without a name"),
        (EventTrigger(match={"a": []}), "matches no value of the label 'a'"),
        (EventTrigger(for_each=["related:flow"]), "related:<role>:<label>"),
        (CompoundTrigger(triggers=[ARRIVED], require=2), "requires 2 of its triggers, and has 1"),
        (CompoundTrigger(triggers=[ARRIVED, EventTrigger(expect=["*x"])]), "Trigger 1 of the trigger matches"),
        (MetricTrigger(metric=MetricTriggerQuery(name="value", operator="<", threshold=1)), "which events carry it"),
        (
            MetricTrigger(metric=MetricTriggerQuery(name="value", operator="<", threshold=1, events=["x"])),
            "where in the payload",
        ),
    ],
)
def test_a_trigger_that_cannot_be_followed_is_refused_in_a_sentence(
    backend: Backend, trigger: Trigger, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=complaint):
        backend.call(w.AUTOMATION_CREATE, new(trigger=trigger))
    assert listed(backend) == []


def test_what_is_refused_names_its_place(backend: Backend) -> None:
    inner = CompoundTrigger(triggers=[ARRIVED, EventTrigger(expect=["*x"])])
    with pytest.raises(BadRequest) as refused:
        backend.call(w.AUTOMATION_CREATE, new(trigger=CompoundTrigger(triggers=[inner])))
    assert refused.value.facts["field"] == "trigger.triggers[0].triggers[1]"
    with pytest.raises(BadRequest) as refused:
        backend.call(w.AUTOMATION_CREATE, new(actions=[DoNothing(), RunDeployment()]))
    assert refused.value.facts["field"] == "actions[1]"


def test_a_block_that_a_server_cannot_send_through_is_refused_when_the_automation_is_made(backend: Backend) -> None:
    backend.call(b.BLOCK_TYPE_PUT, b.PutBlockType(slug="our-pager", name="Our pager"))
    fields: dict[str, object] = {"type": "object", "properties": {"room": {}}}
    backend.call(b.BLOCK_SCHEMA_PUT, b.PutBlockSchema(block_type="our-pager", fields=fields))
    id = backend.call(b.BLOCK_SAVE, b.SaveBlock(name="night", block_type="our-pager", data={"room": "north"})).id
    for action, said in (
        (
            SendNotification(block_document_id=id, body="b"),
            r"our-pager/night notifies nobody from a server.* custom-webhook",
        ),
        (CallWebhook(block_document_id=id), "our-pager/night is no webhook"),
    ):
        with pytest.raises(BadRequest, match=rf"actions_on_resolve\[1\], .*{said}"):
            backend.call(w.AUTOMATION_CREATE, new(actions_on_resolve=[DoNothing(), action]))
    made = backend.call(w.AUTOMATION_CREATE, new())
    with pytest.raises(BadRequest, match="loads no class of yours"):
        backend.call(
            w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, actions=[SendNotification(block_document_id=id, body="b")])
        )
    # One that is not there yet may come.
    later = SendNotification(block_document_id=new_id(), body="b")
    assert backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, actions=[later])).actions == [later]
    # When it came, and nothing can be sent through it, the automation can be stopped, and not be started again.
    backend.call(
        b.BLOCK_SAVE,
        b.SaveBlock(id=later.block_document_id, name="day", block_type="our-pager", data={"room": "south"}),
    )
    assert not backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, enabled=False)).enabled
    with pytest.raises(BadRequest, match="our-pager/day notifies nobody"):
        backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=made.id, enabled=True))


def test_an_automation_has_a_name(backend: Backend) -> None:
    with pytest.raises(BadRequest, match="has a name"):
        backend.call(w.AUTOMATION_CREATE, new(" "))


def test_automations_are_listed_by_what_is_known_of_them(backend: Backend) -> None:
    deployment = new_id()
    backend.call(w.AUTOMATION_CREATE, new("a", tags=["x", "y"]))
    backend.call(w.AUTOMATION_CREATE, new("b", tags=["y"], enabled=False))
    backend.call(w.AUTOMATION_CREATE, new("c", actions=[RunDeployment(deployment_id=deployment)]))
    of = EventTrigger(match_related={"segue.resource.id": f"segue.deployment.{deployment}"})
    backend.call(w.AUTOMATION_CREATE, new("d", trigger=of))
    assert listed(backend) == ["a", "b", "c", "d"]
    assert listed(backend, sort="-name") == ["d", "c", "b", "a"]
    assert listed(backend, tags_all=["x"]) == ["a"]
    assert listed(backend, tags_any=["x", "y"]) == ["a", "b"]
    assert listed(backend, enabled=False) == ["b"]
    assert listed(backend, names=["a", "d"]) == ["a", "d"]
    assert listed(backend, related_to=f"segue.deployment.{deployment}") == ["c", "d"]
    first = backend.call(w.AUTOMATION_LIST, w.AutomationQuery(limit=3))
    rest = backend.call(w.AUTOMATION_LIST, w.AutomationQuery(limit=3, after=first.next))
    assert [each.name for each in (*first.items, *rest.items)] == ["a", "b", "c", "d"]
    assert rest.next is None


def test_a_flow_has_to_do_with_automations_that_call_it_by_its_name_and_with_those_of_its_deployments(
    backend: Backend,
) -> None:
    deployment = put(backend, flow="orders")
    put(backend, flow="order_")
    related: dict[str, str | list[str]] = {"segue.resource.role": "flow", "segue.resource.name": ["invoices", "orders"]}
    backend.call(w.AUTOMATION_CREATE, new("waits", trigger=EventTrigger(match_related=related)))
    backend.call(w.AUTOMATION_CREATE, new("acts", actions=[CancelFlowRun(flow_name="orders")]))
    backend.call(w.AUTOMATION_CREATE, new("runs it", actions=[RunDeployment(deployment_id=deployment.id)]))
    backend.call(w.AUTOMATION_CREATE, new("its own", owner_resource=f"segue.deployment.{deployment.id}"))
    backend.call(w.AUTOMATION_CREATE, new("another", actions=[CancelFlowRun(flow_name="order")]))
    flows = {each.name: each.id for each in backend.call(FLOW_LIST, FlowQuery()).items}
    assert listed(backend, related_to=f"segue.flow.{flows['orders']}") == ["acts", "its own", "runs it", "waits"]
    assert listed(backend, related_to=f"segue.flow.{flows['order_']}") == []
    # So has one of its deployments, but not with what is another's alone.
    backend.call(
        w.AUTOMATION_CREATE,
        new("other's", actions=[RunDeployment(deployment_id=put(backend, name="b", flow="orders").id)]),
    )
    by_id = EventTrigger(match_related={"segue.resource.id": f"segue.flow.{flows['orders']}"})
    backend.call(w.AUTOMATION_CREATE, new("by its id", trigger=by_id))
    assert listed(backend, related_to=f"segue.deployment.{deployment.id}") == [
        "acts", "by its id", "its own", "runs it", "waits",
    ]  # fmt: skip


def test_a_resource_has_the_automations_that_it_was_given_last(backend: Backend) -> None:
    owner = f"segue.deployment.{new_id()}"
    first = backend.call(w.AUTOMATION_OWN, w.OwnedAutomations(owner_resource=owner, automations=[new("a"), new("b")]))
    assert [each.owner_resource for each in first.items] == [owner, owner]
    other = EventTrigger(expect=["file.gone"])
    again = backend.call(
        w.AUTOMATION_OWN, w.OwnedAutomations(owner_resource=owner, automations=[new("b", trigger=other), new("c")])
    )
    assert [(each.name, each.version) for each in again.items] == [("b", 2), ("c", 1)]
    assert again.items[0].id == first.items[1].id
    assert listed(backend, owner_resources=[owner]) == ["b", "c"]
    with pytest.raises(BadRequest, match="Two automations"):
        backend.call(w.AUTOMATION_OWN, w.OwnedAutomations(owner_resource=owner, automations=[new("d"), new("d")]))
    assert listed(backend, owner_resources=[owner]) == ["b", "c"]
