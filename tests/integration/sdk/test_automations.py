"""Automations under the names that users know: what is written is what is recorded, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import get_args
from uuid import UUID, uuid4

import pytest

import segue.automations
import segue.events.schemas.automations
from segue import flow
from segue.automations import (
    Automation,
    CancelFlowRun,
    ChangeFlowRunState,
    CompoundTrigger,
    DeploymentCompoundTrigger,
    DeploymentEventTrigger,
    DoNothing,
    EventTrigger,
    MetricTrigger,
    MetricTriggerOperator,
    MetricTriggerQuery,
    Posture,
    ResourceSpecification,
    RunDeployment,
    SegueMetric,
    SendNotification,
    SequenceTrigger,
)
from segue.client.orchestration import get_client
from segue.engine.session import forget, reading
from segue.host import config
from segue.model import actions, automations
from segue.states import StateType
from segue.wire.automations import AUTOMATION_LIST, AutomationQuery
from segue.wire.deployments import DEPLOYMENT_DELETE
from segue.wire.requests import ById


@pytest.fixture(autouse=True)
def home(segue_home: object) -> Iterator[None]:
    config.forget()
    yield
    forget()
    config.forget()


@flow
def load(path: str = "x") -> str:
    return path


def watch(**fields: object) -> Automation:
    return Automation(
        **{"name": "watch", "trigger": EventTrigger(expect={"file.arrived"}), "actions": [DoNothing()], **fields}  # type: ignore[arg-type]
    )


def test_an_automation_is_made_read_changed_and_deleted() -> None:
    made = watch(description="d", tags=["x"]).create()
    assert isinstance(made.id, UUID)
    assert Automation.read(id=made.id) == made
    assert Automation.read(name="watch") == made
    made.name = "other"
    made.trigger = EventTrigger(expect={"file.gone"}, threshold=2)
    made.update()
    assert Automation.read(id=str(made.id)) == made
    assert made.disable()
    assert not Automation.read(made.id).enabled
    assert made.enable()
    assert Automation.read(made.id).enabled
    assert made.delete()
    assert not made.delete()
    with pytest.raises(ValueError, match="not found"):
        Automation.read(id=made.id)
    with pytest.raises(ValueError, match="Automation with name 'other' not found"):
        Automation.read(name="other")


def test_async_code_awaits_the_same() -> None:
    async def main() -> None:
        made = await watch().acreate()
        assert await Automation.aread(name="watch") == made
        assert await made.adisable()
        assert await made.aenable()
        await made.aupdate()
        # The plain names are awaited as well.
        assert await Automation.read(id=made.id) == made  # type: ignore[misc]
        assert await made.adelete()

    asyncio.run(main())


def test_what_is_not_recorded_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="without an id"):
        watch().update()
    with pytest.raises(ValueError, match="One of id or name"):
        Automation.read()
    watch().create()
    watch().create()
    with pytest.raises(ValueError, match="several automations with name 'watch'"):
        Automation.read(name="watch")


def test_triggers_are_recorded_as_they_are_written() -> None:
    trigger = EventTrigger(
        match=ResourceSpecification({"segue.resource.id": ["a.*", "!b"]}), match_related=[{"segue.resource.role": "flow"}],  # type: ignore[arg-type]
        after={"y", "x"}, expect={"b", "a"}, for_each={"segue.resource.id"}, posture=Posture.Proactive, threshold=2,
        within=timedelta(minutes=1),
    )  # fmt: skip
    assert trigger.recorded == automations.EventTrigger(
        match={"segue.resource.id": ["a.*", "!b"]}, match_related=[{"segue.resource.role": "flow"}], after=["x", "y"],
        expect=["a", "b"], for_each=["segue.resource.id"], posture="Proactive", threshold=2, within=60.0,
    )  # fmt: skip
    within = CompoundTrigger(
        triggers=[trigger, SequenceTrigger(triggers=[trigger], within=timedelta(hours=1))], require="any"
    )
    inner = automations.SequenceTrigger(triggers=[trigger.recorded], within=3600.0)
    assert within.recorded == automations.CompoundTrigger(triggers=[trigger.recorded, inner], require="any")
    metric = MetricTrigger(
        metric=MetricTriggerQuery(name=SegueMetric.successes, threshold=0.9, operator=MetricTriggerOperator.LT)
    )
    assert metric.recorded == automations.MetricTrigger(
        metric=automations.MetricTriggerQuery(name="successes", threshold=0.9, operator="<")
    )
    for each in (trigger, within, metric):
        assert watch(trigger=each).create().trigger == Automation.read(name="watch").trigger
        Automation.read(name="watch").delete()


def test_actions_are_recorded_as_they_are_written() -> None:
    id = uuid4()
    assert RunDeployment(deployment_id=id, schedule_after=timedelta(seconds=5)).recorded == actions.RunDeployment(
        deployment_id=str(id), schedule_after=5.0
    )
    assert ChangeFlowRunState(state=StateType.CANCELLED, message="m").recorded == actions.ChangeFlowRunState(
        state="CANCELLED", message="m"
    )
    assert SendNotification(block_document_id=id, body="b").recorded == actions.SendNotification(
        block_document_id=str(id), body="b"
    )
    quiet = {"start": "22:00", "end": "07:00", "days": ["sunday"], "timezone": "Europe/Zurich"}
    assert SendNotification(
        block_document_id=id, body="b", deduplicate=timedelta(minutes=1), deduplicate_by="x", group=5, quiet=quiet,  # type: ignore[arg-type]
    ).recorded == actions.SendNotification(
        block_document_id=str(id), body="b", deduplicate=60.0, deduplicate_by="x", group=5.0,
        quiet=actions.QuietHours(**quiet),  # type: ignore[arg-type]
    )  # fmt: skip
    # Users can say all that is recorded, and nothing else.
    for kind in get_args(actions.Action):
        written = getattr(segue.automations, kind.__name__)
        assert {*written.model_fields} - {"type"} == {*kind.__struct_fields__}, kind
    assert CancelFlowRun(source="selected", deployment_id=id).recorded == actions.CancelFlowRun(  # type: ignore[arg-type]
        source="selected", deployment_id=str(id)
    )
    for wrong in (
        RunDeployment,
        lambda: RunDeployment(source="inferred", deployment_id=id),
        lambda: CancelFlowRun(source="selected"),
        lambda: CancelFlowRun(flow_name="x"),
        lambda: EventTrigger(posture=Posture.Proactive),
        lambda: EventTrigger(threshold=0),
        lambda: EventTrigger(expected={"a"}),  # type: ignore[call-arg]
    ):
        with pytest.raises(ValueError, match="validation error"):
            wrong()


def test_a_deployment_has_the_triggers_that_it_was_given_last() -> None:
    def owned() -> list[automations.Automation]:
        return reading().call(AUTOMATION_LIST, AutomationQuery(owner_resources=[f"segue.deployment.{id}"])).items

    event = DeploymentEventTrigger(expect={"file.arrived"}, parameters={"path": "{{ event.payload.path }}"})
    id = load.to_deployment("nightly", triggers=[event]).apply()
    (first,) = owned()
    assert first.name == "load/nightly__automation_1"
    assert first.trigger == automations.EventTrigger(expect=["file.arrived"])
    assert first.actions == [
        actions.RunDeployment(deployment_id=str(id), parameters={"path": "{{ event.payload.path }}"})
    ]
    # Given again it is the same; another one of the same name is it changed.
    load.to_deployment("nightly", triggers=[event]).apply()
    assert owned() == [first]
    plain = {"expect": ["file.gone"], "enabled": False}
    compound = DeploymentCompoundTrigger(name="both", triggers=[EventTrigger(expect={"a"})], require=1)
    load.to_deployment("nightly", triggers=[plain, compound]).apply()
    both, again = owned()
    assert (again.id, again.version, again.enabled) == (first.id, 2, False)
    assert both.name == "both"
    # Nothing said leaves them, an empty list takes them away.
    load.to_deployment("nightly").apply()
    assert len(owned()) == 2
    load.to_deployment("nightly", triggers=[]).apply()
    assert owned() == []
    load.to_deployment("nightly", triggers=[event]).apply()
    reading().call(DEPLOYMENT_DELETE, ById(str(id)))
    assert owned() == []


def test_the_client_has_the_methods_that_users_know() -> None:
    with get_client(sync_client=True) as client:
        id = client.create_automation(watch())
        found = client.read_automation(id)
        assert found is not None
        assert (found.id, client.find_automation("WATCH"), client.find_automation(id)) == (id, found, found)
        assert client.read_automations() == client.read_automations_by_name("watch") == [found]
        client.pause_automation(id)
        assert [each.enabled for each in client.read_automations()] == [False]
        client.resume_automation(id)
        client.update_automation(id, watch(name="renamed"))
        assert client.read_automations_by_name("watch") == []
        owned = client.create_automation(watch(owner_resource="shop.1"))
        assert [each.id for each in client.read_resource_related_automations("shop.1")] == [owned]
        client.delete_resource_owned_automations("shop.1")
        client.delete_automation(id)
        client.delete_automation(id)
        assert client.read_automation(id) is None
        assert client.find_automation("nobody") is None


def test_events_has_what_automations_are_made_of() -> None:
    import segue.events

    assert segue.events.schemas.automations.Automation is Automation
    assert segue.events.EventTrigger is EventTrigger
    assert segue.events.DeploymentEventTrigger is DeploymentEventTrigger
    with pytest.raises(AttributeError):
        segue.events.Nothing  # noqa: B018 # type: ignore[attr-defined]
