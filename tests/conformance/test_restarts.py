"""A run of a deployment that crashes waits for a worker again where its flow says so, whoever tells of the crash."""

from __future__ import annotations

import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.model.states import Crashed, Failed, Running
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import workers as w
from segue.wire.leases import LEASE_BURY, Obituary
from segue.wire.requests import ById, Claim, Grant, LeaseRequest, Proposal
from tests.conformance.making import dead_holder, kinds, lease_of, propose, state
from tests.conformance.test_claiming import claim, deploy, read, run


@pytest.fixture
def pool(backend: Backend) -> Backend:
    backend.call(p.POOL_CREATE, p.NewWorkPool(name="here"))
    return backend


def begin(backend: Backend, item: w.Assignment, times: int) -> Grant:
    lease = LeaseRequest(holder=dead_holder())
    asked = Claim(id=item.run.id, lease=lease, states=[state(Running)], fence=item.lease.fence, crash_retries=times)
    return backend.call(op.FLOW_RUN_CLAIM, asked)


@pytest.mark.parametrize("told_by", ["process", "neighbour"])
def test_a_crashed_run_waits_for_a_worker_again_as_often_as_it_may(pool: Backend, told_by: str) -> None:
    id = run(pool, deploy(pool, concurrency_limit=1))
    for fence in (2, 4, 6):
        (item,) = claim(pool)
        assert item.run.id == id
        grant = begin(pool, item, 2)
        assert grant.run.fence == fence
        if told_by == "process":
            over = Proposal(id=id, state=state(Crashed, message="Gone."), fence=lease_of(grant).fence)
            verdict = pool.call(op.FLOW_RUN_PROPOSE, over)
            assert (verdict.status, verdict.state.kind) == ("accept", "CRASHED")
        else:
            pool.call(LEASE_BURY, Obituary(reporter=this_holder(), dead=[(id, fence)]))
    assert read(pool, id).state.kind == "CRASHED"
    begun = ["PENDING", "RUNNING", "CRASHED"]
    assert kinds(pool, id) == ["SCHEDULED", *begun, "SCHEDULED", *begun, "SCHEDULED", *begun]
    states = [row.state for row in pool.call(op.FLOW_RUN_HISTORY, ById(id)).items]
    assert [each.details.get("restart") for each in states if each.name == "AwaitingRetry"] == [1, 2]
    assert claim(pool) == []


def test_what_failed_or_was_closed_by_force_or_says_leave_stays_as_it_is(pool: Backend) -> None:
    deployment = deploy(pool)
    failed, forced, left = (run(pool, deployment) for _ in range(3))
    items = {item.run.id: item for item in claim(pool)}
    grants = {id: begin(pool, item, 0 if id == left else 3) for id, item in items.items()}
    propose(pool, failed, state(Failed), fence=lease_of(grants[failed]).fence)
    propose(pool, forced, state(Crashed), force=True)
    propose(pool, left, state(Crashed), fence=lease_of(grants[left]).fence)
    assert [read(pool, id).state.kind for id in (failed, forced, left)] == ["FAILED", "CRASHED", "CRASHED"]
    assert claim(pool) == []
