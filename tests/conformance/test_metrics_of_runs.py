"""Metric triggers over real runs: what ended well, how long it took, how late it began, how long it waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.evaluator import Evaluator
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.automations import AutomationFiring, EventTrigger, Match, MetricTrigger, MetricTriggerQuery, Operator
from segue.model.states import Completed, Failed, Pending, Running, Scheduled, StateFields
from segue.wire import automations as w
from segue.wire import deployments as d
from segue.wire import events as we
from segue.wire import pools as p
from tests.conformance.making import propose, start, state

pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def embedded(backend: Backend) -> EmbeddedBackend:
    assert isinstance(backend, EmbeddedBackend)
    return backend


def watch(backend: Backend, name: str, operator: Operator, threshold: float, related: Match | None = None) -> None:
    query = MetricTriggerQuery(name=name, operator=operator, threshold=threshold, range=600, firing_for=0)  # type: ignore[arg-type]
    trigger = MetricTrigger(metric=query, match_related=related or {})
    backend.call(w.AUTOMATION_CREATE, w.NewAutomation(name=name, trigger=trigger))


def fired(backend: EmbeddedBackend) -> list[AutomationFiring]:
    evaluator = Evaluator(backend)
    evaluator.turn()
    evaluator.turn()
    evaluator.leave()
    return backend.call(w.AUTOMATION_FIRING_LIST, w.AutomationFiringQuery(sort="fired")).items


def ran(backend: Backend, seconds: float, end: type[StateFields] = Completed, flow: str = "load") -> None:
    began = now() - timedelta(seconds=seconds + 1)
    run = start(backend, flow=flow, states=[state(Pending, timestamp=began), state(Running, timestamp=began)])
    ended = state(end, timestamp=began + timedelta(seconds=seconds))
    propose(backend, run.run.id, ended, fence=run.run.fence)  # type: ignore[arg-type]


def test_the_share_of_runs_that_end_well(embedded: EmbeddedBackend) -> None:
    watch(embedded, "successes", "<", 0.6, {"segue.resource.role": "flow", "segue.resource.name": "load"})
    ran(embedded, 1)
    ran(embedded, 1, Failed, flow="another")
    assert fired(embedded) == []
    ran(embedded, 1, Failed)
    (firing,) = fired(embedded)
    assert firing.value == 0.5
    assert firing.reason == "successes is 0.5 over the last 10 minutes, and has been < 0.6 for 0 seconds."
    ran(embedded, 1)
    ran(embedded, 1)
    assert [each.state for each in fired(embedded)] == ["Triggered", "Resolved"]


def test_how_long_runs_take(embedded: EmbeddedBackend) -> None:
    watch(embedded, "duration", ">", 60)
    ran(embedded, 30)
    assert fired(embedded) == []
    ran(embedded, 120)
    (firing,) = fired(embedded)
    assert firing.value == pytest.approx(75, abs=1)


def test_how_late_runs_begin_and_of_which_deployment_they_are(embedded: EmbeddedBackend) -> None:
    made = embedded.call(d.DEPLOYMENT_PUT, d.PutDeployment(flow_name="load", name="nightly"))
    watch(embedded, "lateness", ">=", 40, {"segue.resource.id": f"segue.deployment.{made.id}"})
    due = now() - timedelta(seconds=50)
    asked = d.NewRunOfDeployment(deployment_id=made.id, scheduled_time=due)
    run = embedded.call(d.DEPLOYMENT_RUN, asked)
    for each in (Pending, Running):
        propose(embedded, run.id, state(each))  # type: ignore[arg-type]
    (firing,) = fired(embedded)
    assert firing.value == pytest.approx(50, abs=10)


def test_how_long_runs_wait_in_a_queue(embedded: EmbeddedBackend) -> None:
    embedded.call(p.POOL_CREATE, p.NewWorkPool(name="here", type="process"))
    made = embedded.call(d.DEPLOYMENT_PUT, d.PutDeployment(flow_name="load", name="nightly", work_pool_name="here"))
    watch(embedded, "queue-age", ">", 30, {"segue.resource.name": "here"})
    assert fired(embedded) == []
    embedded.call(
        d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=made.id, scheduled_time=now() - timedelta(seconds=100))
    )
    found = fired(embedded)
    # Beside the sample in which nothing waited.
    assert [each.value for each in found] == [pytest.approx(50, abs=20)]


def test_runs_of_deployments_say_what_they_have_to_do_with(embedded: EmbeddedBackend) -> None:
    embedded.call(p.POOL_CREATE, p.NewWorkPool(name="here", type="process"))
    made = embedded.call(d.DEPLOYMENT_PUT, d.PutDeployment(flow_name="load", name="nightly", work_pool_name="here"))
    run = embedded.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=made.id))
    (event,) = embedded.call(we.EVENT_LIST, we.EventQuery(names=["segue.flow-run.Scheduled"])).items
    roles = {labels["segue.resource.role"]: labels for labels in event.related}
    assert roles["deployment"] == {
        "segue.resource.id": f"segue.deployment.{made.id}", "segue.resource.role": "deployment", "segue.resource.name": "nightly",
    }  # fmt: skip
    assert roles["work-pool"]["segue.resource.name"] == "here"
    assert roles["work-queue"]["segue.resource.id"] == f"segue.work-queue.{run.work_queue_id}"
    for asked in (
        we.EventQuery(related_ids=[f"segue.deployment.{made.id}"]),
        we.EventQuery(any_resource_ids=[f"segue.work-pool.{run.work_pool_id}"], names=["segue.flow-run.*"]),
        we.EventQuery(related_roles=["work-queue"]),
    ):
        assert [each.id for each in embedded.call(we.EVENT_LIST, asked).items] == [event.id]
    trigger = EventTrigger(expect=["segue.flow-run.Scheduled"], match_related={"segue.resource.role": "deployment"})
    found = embedded.call(w.AUTOMATION_TRY, w.TryAutomation(automation=w.NewAutomation(name="x", trigger=trigger)))
    assert found.fired == 1
    assert isinstance(run.state, Scheduled)
