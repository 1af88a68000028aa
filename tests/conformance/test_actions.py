"""What automations do within Segue: each action as the automation, with its reason, once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model import actions as a
from segue.model.automations import AutomationFiring, EventTrigger
from segue.model.errors import BadRequest
from segue.model.events import Event
from segue.model.runs import FlowRun
from segue.model.schedules import IntervalRule
from segue.model.states import Cancelling, ErrorInfo, Failed, Paused, Pending, Running, Scheduled
from segue.service import automation_actions
from segue.service.acting import do
from segue.service.action_context import Subjects
from segue.store.session import Session
from segue.wire import automations as w
from segue.wire import deployments as dep
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import schedules as s
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById, ByName, Proposal, SetVariable
from tests.conformance.firing import AUTOMATION, acting, fire, over, queued, said, told, until
from tests.conformance.making import start, state

SCHEMA = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "rows": {"type": "integer"}, "more": {}},
    "required": ["path"],
}


def deployment(backend: Backend, flow: str = "load", **facts: Any) -> Any:
    facts = {"parameter_openapi_schema": SCHEMA, **facts}
    return backend.call(dep.DEPLOYMENT_PUT, dep.PutDeployment(name="nightly", flow_name=flow, **facts))


def runs(backend: Backend, flow: str) -> list[Any]:
    return backend.call(op.FLOW_RUN_LIST, RunQuery(where=RunFilter(flow_names=[flow]))).items


def read(backend: Backend, id: str) -> Any:
    return backend.call(op.FLOW_RUN_READ, ById(id))


def test_a_deployment_runs_with_what_the_event_carried(beneath: EmbeddedBackend) -> None:
    made = deployment(beneath)
    beneath.call(op.VARIABLE_SET, SetVariable(id=new_id(), name="region", value={"eu": 1}))
    event = told(beneath, payload={"path": "s3://in/a.csv", "rows": 7, "list": [1, {"b": None}], "text": '{"x": [2]}'})
    parameters: dict[str, object] = {
        "path": "{{ event.payload.path }}",
        "rows": "{{ event.payload.rows }}",
        "more": {
            "plain": "no template", "text": "{{ event.payload.rows }} rows", "whole": "{{ event.payload.list }}",
            "as_text": {"__segue_kind": "jinja", "template": "{{ event.payload.rows }}"},
            "as_json": {"__segue_kind": "json", "value": {"__segue_kind": "jinja", "template": "{{ event.payload.text }}"}},
            "variable": {"__segue_kind": "workspace_variable", "variable_name": "region"},
            "deep": ["{{ event.resource['segue.resource.id'] }}", "{{ event.occurred }}"],
        },
    }  # fmt: skip
    action = a.RunDeployment(deployment_id=made.id, parameters=parameters, schedule_after=3600)
    with acting(beneath):
        firing = fire(beneath, action, event=event, reason="A file arrived.")
        (done,) = over(beneath, firing)
    assert done.status == "executed", done.problem
    (run,) = runs(beneath, "load")
    assert done.answer == {"flow_run": run.id, "name": run.name}
    assert (run.parameters["path"], run.parameters["rows"]) == ("s3://in/a.csv", 7)
    more = run.parameters["more"]
    assert more["whole"] == [1, {"b": None}]
    assert (more["plain"], more["text"], more["as_text"]) == ("no template", "7 rows", "7")
    assert (more["as_json"], more["variable"]) == ({"x": [2]}, {"eu": 1})
    assert more["deep"][0] == "bucket"
    assert (run.created_by.kind, run.created_by.name, run.created_by.id) == ("automation", "on files", AUTOMATION)
    assert run.created_by.firing == firing.id
    assert isinstance(run.state, Scheduled)
    assert run.state.at == firing.fired + timedelta(hours=1)
    assert run.state.message == "A file arrived."
    assert said(beneath, firing) == ["triggered", "executed"]


def test_what_the_event_does_not_carry_is_said_and_nothing_runs(beneath: EmbeddedBackend) -> None:
    made = deployment(beneath)
    with acting(beneath):
        missing = fire(
            beneath,
            a.RunDeployment(deployment_id=made.id, parameters={"path": "{{ event.payload.pth }}"}),
            event=told(beneath),
        )
        unfit = fire(beneath, a.RunDeployment(deployment_id=made.id, parameters={"path": 3}))
        gone = fire(beneath, a.RunDeployment(deployment_id=new_id()))
        about_nothing = fire(beneath, a.RunDeployment(source="inferred"))
        endless = fire(
            beneath,
            a.RunDeployment(
                deployment_id=made.id,
                parameters={"path": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"},
            ),
        )
        outcomes = over(beneath, missing, unfit, gone, about_nothing, endless)
    assert [each.status for each in outcomes] == ["failed"] * 5
    problems = [each.problem or "" for each in outcomes]
    assert "has no attribute 'pth'" in problems[0]
    assert "path" in problems[1]
    assert "no deployment" in problems[2].lower()
    assert problems[3] == "The event is about no deployment, and the action names none."
    assert "steps and was stopped" in problems[4]
    assert not runs(beneath, "load")
    assert said(beneath, gone) == ["failed"]


def test_when_one_fails_the_one_that_depends_on_it_is_cancelled(beneath: EmbeddedBackend) -> None:
    waits = start(
        beneath, flow="b", leased=False, states=[state(Scheduled, at=now_later(beneath))], tags=["needs-a"]
    ).run
    held = start(beneath, flow="b").run
    other = start(beneath, flow="c", leased=False, states=[state(Scheduled, at=now_later(beneath))]).run
    failed = start(beneath, flow="a").run
    error = ErrorInfo(type="ValueError", message="no orders", file="a.py", line=3, function="load", traceback="l1\nl2")
    beneath.call(
        op.FLOW_RUN_PROPOSE, Proposal(id=failed.id, state=state(Failed, error=error), fence=failed.fence, force=True)
    )
    (event,) = beneath.call(EVENT_LIST, EventQuery(names=["segue.flow-run.Failed"])).items
    fed = Event(id=event.id, event=event.event, occurred=event.occurred, resource=event.resource, related=event.related)
    with acting(beneath):
        firing = fire(beneath, a.CancelFlowRun(flow_name="b"), event=fed, reason="a failed.")
        (done,) = over(beneath, firing)
    assert done.status == "executed", done.problem
    assert set(cast("list[str]", done.answer["flow_runs"])) == {waits.id, held.id}
    assert read(beneath, waits.id).state.kind == "CANCELLED"
    now = read(beneath, held.id).state
    assert isinstance(now, Cancelling)
    assert now.actor is not None
    assert (now.actor.kind, now.actor.name, now.message) == ("automation", "on files", "a failed.")
    assert read(beneath, other.id).state.kind == "SCHEDULED"
    with acting(beneath):
        # What is over stays as it is, and that is said; no run that conditions fit is no failure.
        again = fire(beneath, a.CancelFlowRun(), event=fed)
        nobody = fire(beneath, a.CancelFlowRun(flow_name="nobody"), event=fed)
        refused, nothing = over(beneath, again, nobody)
    assert refused.status == "failed"
    assert "not done" in (refused.problem or "")
    assert (nothing.status, nothing.answer) == ("executed", {"flow_runs": []})


def now_later(backend: EmbeddedBackend) -> Any:
    return backend.look(lambda session: session.now()) + timedelta(hours=1)


def test_runs_are_suspended_resumed_changed_and_deleted(beneath: EmbeddedBackend) -> None:
    made = deployment(beneath)
    suspended = beneath.call(
        dep.DEPLOYMENT_RUN, dep.NewRunOfDeployment(deployment_id=made.id, parameters={"path": "p"})
    )
    for following in (state(Pending), state(Running)):
        beneath.call(op.FLOW_RUN_PROPOSE, Proposal(id=suspended.id, state=following, force=True))
    paused = start(beneath, flow="x", states=[state(Paused, until=now_later(beneath))], leased=False).run
    asking = start(beneath, flow="x", states=[state(Paused, input_key="k")], leased=False).run
    changed, deleted = (
        start(beneath, flow="x", leased=False, states=[state(Scheduled, at=now_later(beneath))]).run for _ in "ab"
    )
    with acting(beneath):
        firings = [
            fire(beneath, a.SuspendFlowRun(flow_run_id=suspended.id)),
            fire(beneath, a.ResumeFlowRun(flow_run_id=paused.id)),
            fire(beneath, a.ResumeFlowRun(flow_run_id=asking.id)),
            fire(
                beneath,
                a.ChangeFlowRunState(
                    flow_run_id=changed.id, state="FAILED", name="Bad", message="{{ automation.name }}"
                ),
            ),
            fire(beneath, a.DeleteFlowRun(flow_run_id=deleted.id)),
        ]
        outcomes = over(beneath, *firings)
    assert [each.status for each in outcomes] == ["executed", "executed", "failed", "executed", "executed"], outcomes

    def state_of(run: FlowRun) -> Any:
        return read(beneath, run.id).state

    assert (state_of(suspended).name, state_of(paused).kind) == ("Suspended", "RUNNING")
    assert "waits for an answer" in (outcomes[2].problem or "")
    assert (state_of(changed).kind, state_of(changed).name, state_of(changed).message) == ("FAILED", "Bad", "on files")
    assert [run.id for run in runs(beneath, "x") if run.id == deleted.id] == []
    with acting(beneath):
        (again,) = over(beneath, fire(beneath, a.ResumeFlowRun(flow_run_id=suspended.id)))
    assert again.status == "executed"
    assert read(beneath, suspended.id).state.name == "Resuming"


def test_deployments_schedules_pools_and_queues_are_paused_and_resumed(beneath: EmbeddedBackend) -> None:
    pool = beneath.call(p.POOL_CREATE, p.NewWorkPool(name="here"))
    queue = beneath.call(p.QUEUE_CREATE, p.NewWorkQueue(work_pool_name="here", name="fast"))
    made = deployment(beneath, work_pool_name="here", work_queue_name="fast")
    rule = IntervalRule(interval=3600.0, anchor=beneath.look(lambda session: session.now()))
    new = s.CreateSchedules(deployment_id=made.id, schedules=[s.NewSchedule(rule=rule, parameters={"path": "x"})])
    (schedule,) = beneath.call(s.SCHEDULE_CREATE, new).items
    run = beneath.call(dep.DEPLOYMENT_RUN, dep.NewRunOfDeployment(deployment_id=made.id, parameters={"path": "p"}))
    # What an event of a run has to do with is found by way of the run.
    event = told(beneath, resource={"segue.resource.id": f"segue.flow-run.{run.id}"})
    with acting(beneath):
        firing = fire(
            beneath, a.PauseDeployment(source="inferred"), a.PauseSchedule(schedule_id=schedule.id),
            a.PauseWorkPool(source="inferred"), a.PauseWorkQueue(source="inferred"), event=event,
        )  # fmt: skip
        outcomes = over(beneath, firing)
        assert [each.status for each in outcomes] == ["executed"] * 4, outcomes
        assert beneath.call(dep.DEPLOYMENT_READ, ById(made.id)).paused
        assert not beneath.call(s.SCHEDULE_READ, ById(schedule.id)).active
        assert beneath.call(p.POOL_READ, ByName("here")).is_paused
        assert beneath.call(p.QUEUE_READ, p.QueueRef("here", "fast")).is_paused
        firing = fire(
            beneath, a.ResumeDeployment(deployment_id=made.id), a.ResumeSchedule(deployment_id=made.id),
            a.ResumeWorkPool(work_pool_id=pool.id), a.ResumeWorkQueue(work_queue_id=queue.id),
            a.PauseWorkPool(work_pool_id=new_id()),
        )  # fmt: skip
        outcomes = over(beneath, firing)
    assert [each.status for each in outcomes] == ["executed"] * 4 + ["failed"]
    assert not beneath.call(dep.DEPLOYMENT_READ, ById(made.id)).paused
    assert beneath.call(s.SCHEDULE_READ, ById(schedule.id)).active
    assert not beneath.call(p.POOL_READ, ByName("here")).is_paused
    assert not beneath.call(p.QUEUE_READ, p.QueueRef("here", "fast")).is_paused
    names = ["segue.deployment.*", "segue.work-pool.paused", "segue.work-queue.paused", "segue.schedule.*"]
    told_of = beneath.call(EVENT_LIST, EventQuery(names=names, actor="on files")).items
    assert {"segue.work-pool.paused", "segue.work-queue.paused", "segue.schedule.paused"} <= {
        each.event for each in told_of
    }
    assert all(each.reason == "1 event came." for each in told_of)


def test_automations_are_paused_and_resumed(beneath: EmbeddedBackend) -> None:
    new = w.NewAutomation(name="other", trigger=EventTrigger(expect=["x"]), actions=[a.DoNothing()])
    other = beneath.call(w.AUTOMATION_CREATE, new)
    with acting(beneath):
        over(beneath, fire(beneath, a.PauseAutomation(automation_id=other.id)))
        assert not beneath.call(w.AUTOMATION_READ, ById(other.id)).enabled
        event = told(beneath, resource={"segue.resource.id": f"segue.automation.{other.id}"})
        over(beneath, fire(beneath, a.ResumeAutomation(source="inferred"), event=event))
    assert beneath.call(w.AUTOMATION_READ, ById(other.id)).enabled
    with pytest.raises(BadRequest, match=r"actions\[0\], run-deployment: give deployment_id"):
        beneath.call(w.AUTOMATION_EDIT, w.EditAutomation(id=other.id, actions=[a.RunDeployment()]))


def test_an_event_from_outside_starts_a_deployment_with_its_payload(beneath: EmbeddedBackend) -> None:
    made = deployment(beneath)
    parameters: dict[str, object] = {"path": "{{ event.payload.path }}", "rows": "{{ event.payload.rows }}"}
    run = a.RunDeployment(deployment_id=made.id, parameters=parameters)
    new = w.NewAutomation(name="on files", trigger=EventTrigger(expect=["file.arrived"]), actions=[run])
    beneath.call(w.AUTOMATION_CREATE, new)
    with acting(beneath):
        told(beneath, payload={"path": "a.csv", "rows": 3})
        until(lambda: len(runs(beneath, "load")) == 1)
    (run_,) = runs(beneath, "load")
    assert run_.parameters == {"path": "a.csv", "rows": 3}
    assert run_.created_by.name == "on files"


def test_an_event_is_emitted(beneath: EmbeddedBackend) -> None:
    event = told(beneath, payload={"n": 2})
    emit = a.EmitEvent(
        event="files.{{ event.payload.n }}", payload={"n": "{{ event.payload.n }}"},
        related=[{"segue.resource.id": "{{ event.resource.id }}", "segue.resource.role": "bucket"}],
    )  # fmt: skip
    with acting(beneath):
        firing = fire(beneath, emit, a.DoNothing(), event=event)
        done, nothing = over(beneath, firing)
    (made,) = beneath.call(EVENT_LIST, EventQuery(names=["files.*"])).items
    assert done.answer == {"event": made.id}
    assert (made.event, made.payload, made.follows) == ("files.2", {"n": 2}, event.id)
    assert made.resource["segue.resource.id"] == f"segue.automation.{AUTOMATION}"
    assert made.related == [{"segue.resource.id": "bucket", "segue.resource.role": "bucket"}]
    assert made.actor is not None
    assert (made.actor.kind, made.actor.firing) == ("automation", firing.id)
    assert (nothing.status, nothing.answer) == ("executed", {})


def test_several_servers_do_each_action_once(beneath: EmbeddedBackend, url: str, tmp_path: Any) -> None:
    from segue.backend.open import open_backend

    made = deployment(beneath)
    action = a.RunDeployment(deployment_id=made.id, parameters={"path": "{{ firing.id }}"})
    others = [open_backend(url, tmp_path) for _ in range(2)]
    try:
        with acting(beneath), acting(others[0]), acting(others[1]):
            firings: list[Any] = []
            threads = [
                threading.Thread(target=lambda: firings.extend(fire(beneath, action) for _ in range(10)))
                for _ in range(2)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            outcomes = over(beneath, *firings)
    finally:
        for other in others:
            other.close()
    assert [each.status for each in outcomes] == ["executed"] * 20
    made_runs = runs(beneath, "load")
    assert sorted(run.parameters["path"] for run in made_runs) == sorted(firing.id for firing in firings)
    assert all(each.attempts == 1 for firing in firings for each in queued(beneath, firing))
    assert all(said(beneath, firing) == ["triggered", "executed"] for firing in firings[:3])


def test_what_fails_for_a_reason_that_nobody_foresaw_holds_nothing_up(
    beneath: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(
        session: Session, firing: AutomationFiring, number: int, action: Any, about: Subjects
    ) -> dict[str, object]:
        if isinstance(action, a.DoNothing):
            raise RuntimeError("who would have thought")
        return do(session, firing, number, action, about)

    monkeypatch.setattr(automation_actions, "do", broken)
    monkeypatch.setattr(automation_actions, "_MOST", 2)
    bad, good = fire(beneath, a.DoNothing()), fire(beneath, a.EmitEvent(event="shop.open"))
    with acting(beneath):
        (done,) = over(beneath, good)
        (given_up,) = over(beneath, bad)
    assert done.status == "executed"
    assert (given_up.status, given_up.problem) == ("failed", "RuntimeError: who would have thought")


KILLED = """
import os, signal, sys
from segue.backend.open import open_backend
from segue.service import automation_actions as acts
from segue.service.action_context import subjects_of
from segue.service.automation_firings import actions_of, read_firing

url, home, firing_id, when = sys.argv[1:]
backend = open_backend(url, home)
firing, (queued,) = backend.look(lambda session: (read_firing(session, firing_id), actions_of(session, firing_id)))
about = backend.look(lambda session: subjects_of(session, firing))
request = acts.Perform(firing_id=firing_id, number=0, action=queued.action, about=about)

def killed(session, asked):
    acts.perform(session, asked)
    os.kill(os.getpid(), signal.SIGKILL)

backend.do("perform", killed if when == "within" else acts.perform, request)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["within", "after"])
def test_a_deed_and_its_mark_stand_together(beneath: EmbeddedBackend, url: str, tmp_path: Path, when: str) -> None:
    """A server that is killed in the transaction has done nothing; one that is killed after it has nothing left to do."""
    made = deployment(beneath)
    firing = fire(beneath, a.RunDeployment(deployment_id=made.id, parameters={"path": "x"}))
    command = [sys.executable, "-c", KILLED, url, str(tmp_path), firing.id, when]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    assert len(runs(beneath, "load")) == (0 if when == "within" else 1)
    assert queued(beneath, firing)[0].status == ("pending" if when == "within" else "executed")
    with acting(beneath):
        (done,) = over(beneath, firing)
    assert done.status == "executed"
    assert len(runs(beneath, "load")) == 1
