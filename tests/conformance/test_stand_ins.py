"""A run of a deployment appears in the flow run that starts it, in its true state, and is not bound to that run's life."""

from __future__ import annotations

from typing import Any

import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.runs import FlowRun, TaskRun
from segue.model.states import Cancelled, Cancelling, Completed, Failed, Pending, Running, State
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire.requests import ById, Claim, LeaseRequest, Proposal
from tests.conformance.making import lease_of, start, state


def deploy(backend: Backend) -> str:
    return backend.call(d.DEPLOYMENT_PUT, d.PutDeployment(name="nightly", flow_name="etl")).id


def stand_in(**facts: Any) -> d.StandIn:
    return d.StandIn(
        **{"id": new_id(), "name": "etl-0", "task_name": "etl", "task_key": "deployment:etl/nightly", **facts}
    )


def begin(backend: Backend, parent: FlowRun, **facts: Any) -> tuple[FlowRun, str]:
    made = stand_in()
    new = d.NewRunOfDeployment(
        **{"deployment_id": deploy(backend), "id": new_id(), "parent_flow_run_id": parent.id, "stand_in": made, **facts}
    )
    return backend.call(d.DEPLOYMENT_RUN, new), made.id


def task(backend: Backend, id: str) -> TaskRun:
    return backend.call(op.TASK_RUN_READ, ById(id))


def claim(backend: Backend, run: FlowRun) -> FlowRun:
    states: list[State] = [state(Pending), state(Running)]
    return backend.call(
        op.FLOW_RUN_CLAIM, Claim(id=run.id, lease=LeaseRequest(holder=this_holder()), states=states)
    ).run


def end(backend: Backend, run: FlowRun, kind: type[Any]) -> None:
    proposal = Proposal(id=run.id, state=state(kind), fence=run.fence)
    assert backend.call(op.FLOW_RUN_PROPOSE, proposal).status == "accept"


def test_the_stand_in_is_always_in_the_state_of_the_run(backend: Backend) -> None:
    parent = start(backend).run
    child, id = begin(backend, parent)
    assert (child.parent_flow_run_id, child.parent_task_run_id) == (parent.id, id)
    assert (task(backend, id).state.kind, task(backend, id).child_flow_run_id) == ("SCHEDULED", child.id)
    assert task(backend, id).flow_run_id == parent.id
    end(backend, claim(backend, child), Failed)
    rows = backend.call(op.TASK_RUN_HISTORY, ById(id)).items
    assert [row.state.kind for row in rows] == ["SCHEDULED", "PENDING", "RUNNING", "FAILED"]
    ended = task(backend, id)
    assert (ended.run_count, ended.start_time is not None, ended.end_time is not None) == (1, True, True)
    # Tried again, it stands for that as well.
    end(backend, claim(backend, child), Completed)
    assert task(backend, id).state.kind == "COMPLETED"


@pytest.mark.parametrize("kind", [Completed, Failed])
def test_a_run_goes_on_when_the_flow_run_that_started_it_ends(backend: Backend, kind: type[Any]) -> None:
    grant = start(backend)
    waiting, first = begin(backend, grant.run)
    held, second = begin(backend, grant.run)
    held = claim(backend, held)
    end(backend, grant.run, kind)
    assert task(backend, first).state.kind == "SCHEDULED"
    assert task(backend, second).state.kind == "RUNNING"
    end(backend, held, Completed)
    end(backend, claim(backend, waiting), Completed)
    assert (task(backend, first).state.kind, task(backend, second).state.kind) == ("COMPLETED", "COMPLETED")


def test_a_cancelled_flow_run_takes_along_what_it_started(backend: Backend) -> None:
    grant = start(backend)
    waiting, first = begin(backend, grant.run)
    held, second = begin(backend, grant.run)
    held = claim(backend, held)
    backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=grant.run.id, state=state(Cancelling)))
    # Asked is not cancelled: the flow run may still have its say.
    assert backend.call(op.FLOW_RUN_READ, ById(held.id)).state.kind == "RUNNING"
    end(backend, grant.run, Cancelled)
    over = backend.call(op.FLOW_RUN_READ, ById(waiting.id)).state
    asked = backend.call(op.FLOW_RUN_READ, ById(held.id)).state
    assert (over.kind, asked.kind) == ("CANCELLED", "CANCELLING")
    assert asked.message == f"Flow run {grant.run.name!r}, which started this one, was cancelled."
    assert (task(backend, first).state.kind, task(backend, second).state.kind) == ("CANCELLED", "CANCELLING")
    end(backend, held, Cancelled)
    assert task(backend, second).state.kind == "CANCELLED"


def test_deleting_the_flow_run_leaves_the_run_that_it_started(backend: Backend) -> None:
    grant = start(backend)
    child, _id = begin(backend, grant.run)
    child = claim(backend, child)
    end(backend, grant.run, Completed)
    backend.call(op.FLOW_RUN_DELETE, ById(grant.run.id))
    end(backend, child, Completed)
    assert backend.call(op.FLOW_RUN_READ, ById(child.id)).state.kind == "COMPLETED"


def test_a_run_that_is_there_gets_no_second_stand_in_and_one_without_a_parent_none(backend: Backend) -> None:
    parent = start(backend).run
    child, id = begin(backend, parent, idempotency_key="k")
    again, other = begin(backend, parent, idempotency_key="k")
    assert again.id == child.id
    assert again.parent_task_run_id == id
    with pytest.raises(Exception, match=other):
        task(backend, other)
    with pytest.raises(BadRequest, match="needs the flow run"):
        backend.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=deploy(backend), stand_in=stand_in()))
    assert lease_of(start(backend)).id != child.id
