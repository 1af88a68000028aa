"""What people and programs change is told with who and why, and outlives what was changed, and all other events."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.backend.protocol import Backend
from segue.backend.pruner import prune
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.callers import Caller
from segue.model.errors import NotFound
from segue.model.states import Actor, Completed, Failed, Pending, Running
from segue.wire import events as w
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire import slots
from segue.wire.queries import NewArtifact
from tests.conformance.making import lease_of, made, moved, propose, start, state


def told(backend: Backend, **asked: object) -> list[w.FedEvent]:
    query = w.EventQuery(sort="seq", changes=True, **asked)  # type: ignore[arg-type]
    found = backend.call(w.EVENT_LIST, query).items
    assert backend.call(w.EVENT_COUNT, query).count == len(found)
    return found


def over(backend: Backend) -> tuple[str, str]:
    """Record a run that is over, with one task run; return their ids."""
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    task = made(grant.run.id, state=state(Pending))
    stream.put(task)
    stream.put(moved(task, state(Completed)))
    stream.flush()
    propose(backend, grant.run.id, state(Completed), fence=1)
    stream.close()
    return grant.run.id, task.id


def test_edits_of_runs_are_told_once_each(backend: Backend) -> None:
    run, task = over(backend)
    for _ in range(2):
        backend.call(op.FLOW_RUN_EDIT, q.FlowRunEdit(id=run, name="other", tags=["x"]))
    backend.call(op.FLOW_RUN_EDIT, q.FlowRunEdit(id=run, parameters={"a": 1}))
    for _ in range(2):
        backend.call(op.TASK_RUN_EDIT, q.TaskRunEdit(id=task, name="renamed"))
    facts = [(event.event, event.resource["segue.resource.id"], event.payload) for event in told(backend)]
    assert facts == [
        ("segue.flow-run.updated", f"segue.flow-run.{run}", {"changed": ["name", "tags"], "before": "brave-otter"}),
        ("segue.flow-run.updated", f"segue.flow-run.{run}", {"changed": ["parameters"]}),
        ("segue.task-run.updated", f"segue.task-run.{task}", {"changed": ["name"], "before": facts[2][2]["before"]}),
    ]
    with pytest.raises(NotFound):
        backend.call(op.FLOW_RUN_EDIT, q.FlowRunEdit(id=new_id(), name="x"))
    with pytest.raises(NotFound):
        backend.call(op.TASK_RUN_EDIT, q.TaskRunEdit(id=new_id(), name="x"))
    assert len(told(backend)) == 3


def test_what_is_deleted_leaves_the_fact_behind(backend: Backend) -> None:
    run, task = over(backend)
    flow = backend.call(op.FLOW_RUN_READ, q.ById(run)).flow_id
    backend.call(op.TASK_RUN_DELETE, q.ById(task))
    backend.call(op.FLOW_RUN_DELETE, q.ById(run))
    second, _ = over(backend)
    backend.call(op.FLOW_DELETE, q.ById(flow))
    facts = {(event.event, event.resource["segue.resource.id"]): event for event in told(backend)}
    assert list(facts) == [
        ("segue.task-run.deleted", f"segue.task-run.{task}"),
        ("segue.flow-run.deleted", f"segue.flow-run.{run}"),
        ("segue.flow-run.deleted", f"segue.flow-run.{second}"),
        ("segue.flow.deleted", f"segue.flow.{flow}"),
    ]
    by_name = {event.event: event for event in facts.values()}
    assert by_name["segue.task-run.deleted"].payload["flow_run"] == f"segue.flow-run.{run}"
    assert by_name["segue.flow-run.deleted"].payload["flow"] == "hello"
    assert by_name["segue.flow.deleted"].payload == {"flow_runs": 1}
    assert by_name["segue.flow-run.deleted"].resource["segue.resource.name"] == "brave-otter"
    for operation in (op.FLOW_RUN_DELETE, op.TASK_RUN_DELETE, op.FLOW_DELETE, op.ARTIFACT_DELETE):
        with pytest.raises(NotFound):
            backend.call(operation, q.ById(run))
    assert len(told(backend)) == 4


def test_runs_that_go_with_another_are_told_too(backend: Backend) -> None:
    parent = start(backend)
    task = made(parent.run.id, state=state(Running))
    stream = backend.stream(lease_of(parent))
    stream.put(task)
    stream.flush()
    child = start(
        backend, leased=False, parent_task_run_id=task.id, parent_flow_run_id=parent.run.id, states=[state(Completed)]
    )
    propose(backend, parent.run.id, state(Failed), fence=1)
    stream.close()
    backend.call(op.FLOW_RUN_DELETE, q.ById(parent.run.id))
    deleted = told(backend, names=["*.deleted"])
    assert [event.resource["segue.resource.id"] for event in deleted] == [
        f"segue.flow-run.{parent.run.id}",
        f"segue.flow-run.{child.run.id}",
    ]
    assert deleted[1].payload["with"] == f"segue.flow-run.{parent.run.id}"


def test_artifacts_made_changed_and_deleted_outside_runs_are_told(backend: Backend) -> None:
    table = NewArtifact(id=new_id(), type="table", data="[]", key="counts")
    bar = NewArtifact(id=new_id(), type="progress", data=1.0)
    for artifact in (table, table, bar, bar):
        backend.call(op.ARTIFACT_PUT, artifact)
    backend.call(op.ARTIFACT_DELETE, q.ById(table.id))
    everything = backend.call(w.EVENT_LIST, w.EventQuery(names=["segue.artifact.*"], sort="seq")).items
    assert [event.event.rpartition(".")[2] for event in everything] == [
        "created", "updated", "created", "updated", "deleted",
    ]  # fmt: skip
    # How far something is, is no change that anybody asks after.
    assert [event.resource["segue.resource.name"] for event in told(backend)] == ["counts"] * 3


def test_who_and_why_are_kept_and_can_be_looked_up(tmp_path: Path, url: str) -> None:
    who = Caller(actor=Actor(kind="user", name="ann", means="cli"), reason="weekly check")
    backend = open_backend(url, tmp_path, caller=lambda: who)
    try:
        backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="region", value=1))
        backend.call(
            w.EVENT_TELL,
            w.Tell(event="segue.variable.updated", resource={"segue.resource.id": "segue.variable.region"}),
        )
        last = backend.call(
            w.EVENT_LIST, w.EventQuery(resource_ids=["segue.variable.region"], changes=True, limit=1)
        ).items[0]
        # What anybody tells of it is no change that the record knows of.
        assert (last.event, last.reason) == ("segue.variable.created", "weekly check")
        assert last.actor == who.actor
    finally:
        backend.close()


def test_changes_stay_when_events_are_pruned(backend: Backend, beneath: EmbeddedBackend) -> None:
    backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="region", value=1))
    backend.call(slots.LIMIT_CREATE, slots.NewLimit(id=new_id(), name="db", limit=1))
    backend.call(slots.SLOTS_TAKE, slots.TakeSlots(id=new_id(), names=["db"]))
    backend.call(w.EVENT_TELL, w.Tell(event="order.sent", resource={"segue.resource.id": "o"}))
    before = [event.event for event in told(backend)]
    assert before == ["segue.variable.created", "segue.concurrency-limit.created"]
    # Everything is past a keep time of nothing.
    everything = q.Prune(events=timedelta(microseconds=-1_000_000))
    assert beneath.call(op.UPKEEP_PRUNABLE, everything).events == 2
    assert prune(beneath, everything).events == 2
    assert prune(beneath, everything).events == 0
    assert [event.event for event in told(backend)] == [*before, "segue.database.pruned"]
    assert backend.call(w.EVENT_COUNT, w.EventQuery()).count == 3


def test_states_are_found_by_type_and_by_name(backend: Backend) -> None:
    start(backend, leased=False, states=[state(Pending), state(Failed, name="TimedOut")])
    start(backend, leased=False, states=[state(Pending), state(Failed)])
    backend.call(w.EVENT_TELL, w.Tell(event="order.Failed", resource={"segue.resource.id": "o"}, occurred=now()))

    def names(**asked: object) -> list[str]:
        found = backend.call(w.EVENT_LIST, w.EventQuery(sort="seq", **asked)).items  # type: ignore[arg-type]
        return [event.event.rpartition(".")[2] for event in found]

    assert names(state_types=["FAILED"]) == ["TimedOut", "Failed"]
    assert names(state_names=["timedout"]) == ["TimedOut"]
    assert names(state_types=["PENDING"], state_names=["failed"]) == ["Pending", "Pending", "Failed"]
    assert names(names=["segue.*-run.Timed*"]) == ["TimedOut"]
    assert names(names=["*.Failed"]) == ["Failed", "Failed"]
    assert names(names=["*r.F*d"], resource_ids=["?", "o*"]) == ["Failed"]
    assert names(names=["[*", "order?Failed", "order_Failed", "order%"]) == []
