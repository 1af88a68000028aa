"""What deployments, work queues and automations are doing, as a list of them shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.actions import DoNothing, PauseDeployment
from segue.model.errors import SegueError
from segue.model.schedules import CronRule
from segue.model.states import Completed, Pending, Running
from segue.wire import activity as w
from segue.wire import schedules as s
from segue.wire.late import LATE_MARK, MarkLate
from tests.conformance.firing import AUTOMATION, acting, fire, over
from tests.conformance.making import propose, state
from tests.conformance.test_deployments import pool, put, run


def of(backend: Backend, id: str) -> w.DeploymentActivity:
    (found,) = backend.call(w.DEPLOYMENTS_ACTIVITY, w.DeploymentsAsked(ids=[id])).items
    return found


def test_a_deployment_tells_its_last_runs_its_next_one_and_its_schedules(backend: Backend) -> None:
    made, other = put(backend), put(backend, "weekly")
    assert (of(backend, made.id).runs, of(backend, made.id).next_run, of(backend, made.id).schedules) == ([], None, [])
    later = run(backend, made, scheduled_time=now() + timedelta(days=2), name="later")
    first, second = run(backend, made, name="first"), run(backend, made, name="second")
    for to in (state(Pending), state(Running), state(Completed)):
        propose(backend, first.id, to)
    told = of(backend, made.id)
    assert [(each.name, each.state_type) for each in told.runs] == [("first", "COMPLETED")]
    assert told.next_run is not None
    assert told.next_run.id == second.id
    for to in (state(Pending), state(Running)):
        propose(backend, second.id, to)
    told = of(backend, made.id)
    assert [each.name for each in told.runs] == ["second", "first"]
    assert told.next_run is not None
    assert (told.next_run.id, told.next_run.expected_start_time) == (later.id, later.expected_start_time)
    rule = CronRule(cron="0 6 * * *", timezone="Europe/Berlin")
    new = s.NewSchedule(rule=rule, slug="early", active=False)
    backend.call(s.SCHEDULE_CREATE, s.CreateSchedules(deployment_id=made.id, schedules=[new]))
    assert [(each.slug, each.rule, each.active) for each in of(backend, made.id).schedules] == [("early", rule, False)]
    # In the order of the question, each once, and without those that are not there.
    asked = w.DeploymentsAsked(ids=[other.id, "nobody", made.id, other.id])
    assert [each.deployment_id for each in backend.call(w.DEPLOYMENTS_ACTIVITY, asked).items] == [other.id, made.id]
    with pytest.raises(SegueError, match="200"):
        backend.call(w.DEPLOYMENTS_ACTIVITY, w.DeploymentsAsked(ids=["x"] * 201))


def test_a_queue_tells_what_waits_in_it_and_for_how_long(backend: Backend) -> None:
    pool(backend)
    made = put(backend, work_pool_name="here", work_queue_name="urgent")
    late = run(backend, made, scheduled_time=now() - timedelta(minutes=5))
    run(backend, made)
    run(backend, made, scheduled_time=now() + timedelta(hours=1))
    backend.call(LATE_MARK, MarkLate(ids=[late.id], after=60.0))
    told = backend.call(w.POOLS_ACTIVITY, w.PoolsAsked(names=["here", "there"])).items
    assert [(each.work_queue_name, each.waiting, each.late) for each in told] == [("default", 0, 0), ("urgent", 2, 1)]
    assert told[1].waiting_for >= 300.0
    assert told[0].waiting_for == 0.0


def test_automations_tell_when_they_fired_last_and_how_often_of_late(
    beneath: EmbeddedBackend, backend: Backend
) -> None:
    asked = w.AutomationsAsked(ids=[AUTOMATION, "nobody", AUTOMATION])
    idle, nobody = backend.call(w.AUTOMATIONS_ACTIVITY, asked).items
    assert (idle.automation_id, idle.last, idle.fired, idle.failed) == (AUTOMATION, None, 0, 0)
    assert nobody.automation_id == "nobody"
    fire(beneath, fired=now() - timedelta(days=2))
    fire(beneath, DoNothing())
    last = fire(beneath, PauseDeployment(deployment_id="gone"), reason="2 events came.")
    with acting(beneath):
        over(beneath, last)
    (told, _) = backend.call(w.AUTOMATIONS_ACTIVITY, asked).items
    assert told.last == w.FiringInBrief(id=last.id, state="Triggered", fired=last.fired, reason="2 events came.")
    assert (told.fired, told.failed) == (2, 1)
    with pytest.raises(SegueError, match="200"):
        backend.call(w.AUTOMATIONS_ACTIVITY, w.AutomationsAsked(ids=["x"] * 201))
