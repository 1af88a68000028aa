"""Runs that are due are given to workers: each once, in order, within the limits, and to nobody who may not have them."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token
from segue.model.deployments import ConcurrencyOptions
from segue.model.errors import Held, NotFound, StaleFence, Stopped
from segue.model.pools import Worker
from segue.model.runs import FlowRun
from segue.model.states import Cancelled, Cancelling, Completed, Running
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import workers as w
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.leases import LEASE_BURY, LEASE_LISTEN, Listen, Obituary
from segue.wire.requests import ById, Claim, Grant, Holder, LeaseRequest, Proposal
from segue.wire.waits import FLOW_RUN_WAITS
from tests.conformance.firing import until
from tests.conformance.making import state


def deploy(backend: Backend, name: str = "d", *, pool: str | None = "here", **facts: Any) -> str:
    new = d.PutDeployment(name=name, flow_name="hello", entrypoint="flows.py:hello", work_pool_name=pool, **facts)
    return backend.call(d.DEPLOYMENT_PUT, new).id


def run(backend: Backend, deployment: str, **facts: Any) -> str:
    return backend.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=deployment, **facts)).id


def claim(backend: Backend, many: int = 10, *, pool: str | None = "here", **facts: Any) -> list[w.Assignment]:
    request = w.ClaimWork(
        **{
            "id": new_id(), "lease": LeaseRequest(holder=this_holder(), token=new_run_token()), "worker_id": "w-1",
            "worker_name": "ann", "work_pool_name": pool, "limit": many, **facts,
        }
    )  # fmt: skip
    return backend.call(w.WORK_CLAIM, request).items


def ids(items: list[w.Assignment]) -> list[str]:
    return [item.run.id for item in items]


def read(backend: Backend, id: str) -> FlowRun:
    return backend.call(op.FLOW_RUN_READ, ById(id))


def end(backend: Backend, item: w.Assignment) -> None:
    proposal = Proposal(id=item.run.id, state=state(Completed), fence=item.lease.fence)
    assert backend.call(op.FLOW_RUN_PROPOSE, proposal).status == "accept"


@pytest.fixture
def pool(backend: Backend) -> Backend:
    backend.call(p.POOL_CREATE, p.NewWorkPool(name="here"))
    return backend


def test_what_is_due_is_claimed_in_order_and_once(pool: Backend) -> None:
    deployment = deploy(pool, job_variables={"env": {"A": "1"}}, pull_steps=[{"pull": {}}])
    runs = [run(pool, deployment) for _ in range(3)]
    later = run(pool, deployment, scheduled_time=now() + timedelta(hours=1))
    first = claim(pool, 2)
    assert ids(first) == runs[:2]
    assert [item.lease.fence for item in first] == [1, 1]
    item = first[0]
    assert (item.run.state.kind, item.run.state.actor and item.run.state.actor.name) == ("PENDING", "ann")
    assert (item.entrypoint, item.pull_steps, item.deployment_name) == ("flows.py:hello", [{"pull": {}}], "d")
    assert item.configuration["env"] == {"A": "1"}
    assert ids(claim(pool)) == runs[2:]
    assert claim(pool) == []
    assert read(pool, later).state.kind == "SCHEDULED"


def test_a_claim_that_is_repeated_is_given_what_it_was_given(pool: Backend) -> None:
    run(pool, deploy(pool))
    asked: dict[str, Any] = {"id": new_id(), "lease": LeaseRequest(holder=this_holder(), token=new_run_token())}
    first, again = claim(pool, **asked), claim(pool, **asked)
    assert ids(first) == ids(again) != []
    assert first[0].lease.fence == again[0].lease.fence == 1


def test_a_queue_with_a_lower_number_is_served_first(pool: Backend) -> None:
    pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", priority=5))
    pool.call(p.QUEUE_CREATE, p.NewWorkQueue(work_pool_name="here", name="urgent", priority=1))
    plain, urgent = deploy(pool), deploy(pool, "u", work_queue_name="urgent")
    slow, fast = run(pool, plain), run(pool, urgent)
    assert ids(claim(pool, 1, work_queue_names=["default"])) == [slow]
    slow = run(pool, plain)
    assert ids(claim(pool, 2)) == [fast, slow]


def test_what_is_paused_is_not_given_out(pool: Backend) -> None:
    run(pool, deploy(pool))
    pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", is_paused=True))
    assert claim(pool) == []
    pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", is_paused=False))
    pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", is_paused=True))
    assert claim(pool) == []
    pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", is_paused=False))
    assert len(claim(pool)) == 1


@pytest.mark.parametrize("what", ["pool", "queue", "deployment"])
def test_limits_are_kept_and_a_slot_is_free_when_its_run_is_over(pool: Backend, what: str) -> None:
    limited: dict[str, Any] = {"concurrency_limit": 2} if what == "deployment" else {}
    deployment = deploy(pool, **limited)
    if what == "pool":
        pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", concurrency_limit=2))
    if what == "queue":
        pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", concurrency_limit=2))
    runs = [run(pool, deployment) for _ in range(4)]
    first = claim(pool)
    assert ids(first) == runs[:2]
    assert claim(pool) == []
    end(pool, first[0])
    assert ids(claim(pool)) == [runs[2]]
    assert claim(pool) == []


def test_a_pool_s_limit_holds_over_all_its_queues(pool: Backend) -> None:
    pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", concurrency_limit=3))
    for name in ("default", "other"):
        deployment = deploy(pool, name, work_queue_name=name)
        for _ in range(2):
            run(pool, deployment)
    assert len(claim(pool)) == 3


def test_a_run_that_must_wait_does_not_block_those_behind_it(pool: Backend) -> None:
    full, free = deploy(pool, "full", concurrency_limit=1), deploy(pool, "free")
    first = run(pool, full)
    blocked = [run(pool, full) for _ in range(30)]
    behind = run(pool, free)
    assert ids(claim(pool, 5)) == [first, behind]
    assert all(read(pool, id).state.kind == "SCHEDULED" for id in blocked)


def test_a_deployment_may_have_new_runs_cancelled_where_it_is_full(pool: Backend) -> None:
    deployment = deploy(
        pool, concurrency_limit=1, concurrency_options=ConcurrencyOptions(collision_strategy="CANCEL_NEW")
    )
    first, second = run(pool, deployment), run(pool, deployment)
    assert ids(claim(pool)) == [first]
    assert claim(pool) == []
    over = read(pool, second).state
    assert isinstance(over, Cancelled)
    assert "limit is full" in (over.message or "")


def test_deployments_of_no_pool_are_asked_for_by_id(pool: Backend) -> None:
    mine, other, pooled = deploy(pool, "a", pool=None), deploy(pool, "b", pool=None), deploy(pool, "c")
    runs = [run(pool, each) for each in (mine, other, pooled)]
    assert ids(claim(pool, pool=None, deployment_ids=[mine])) == runs[:1]
    assert ids(claim(pool)) == runs[2:]


def test_a_pool_that_is_not_there_is_said(backend: Backend) -> None:
    with pytest.raises(NotFound, match="work pool 'here'"):
        claim(backend)


def test_a_run_is_handed_over_to_the_process_that_was_started_for_it_and_to_no_second_one(pool: Backend) -> None:
    run(pool, deploy(pool))
    (item,) = claim(pool)
    mine = LeaseRequest(holder=this_holder())
    with pytest.raises(Held):
        pool.call(op.FLOW_RUN_CLAIM, Claim(id=item.run.id, lease=mine, states=[state(Running)]))
    grant = pool.call(
        op.FLOW_RUN_CLAIM, Claim(id=item.run.id, lease=mine, states=[state(Running)], fence=item.lease.fence)
    )
    assert (grant.run.state.kind, grant.run.fence) == ("RUNNING", 2)
    with pytest.raises(StaleFence):
        pool.call(op.FLOW_RUN_CLAIM, Claim(id=item.run.id, lease=mine, states=[state(Running)], fence=item.lease.fence))
    with pytest.raises(StaleFence):
        end(pool, item)


def test_a_run_that_was_cancelled_meanwhile_is_not_handed_over(pool: Backend) -> None:
    run(pool, deploy(pool))
    (item,) = claim(pool)
    pool.call(op.FLOW_RUN_PROPOSE, Proposal(id=item.run.id, state=state(Cancelling)))
    assert [id for id, _ in pool.call(LEASE_LISTEN, Listen(holder=this_holder(), worker_id="w-1")).cancel] == [
        item.run.id
    ]
    lease = LeaseRequest(holder=this_holder())
    with pytest.raises(Stopped):
        pool.call(
            op.FLOW_RUN_CLAIM, Claim(id=item.run.id, lease=lease, states=[state(Running)], fence=item.lease.fence)
        )


def test_a_worker_hears_of_the_runs_that_it_started_whoever_holds_them(pool: Backend) -> None:
    run(pool, deploy(pool))
    (item,) = claim(pool)
    elsewhere = Holder(host="box", boot="boot", pid_namespace="space", pid=7, started="1")
    lease = LeaseRequest(holder=elsewhere)
    pool.call(op.FLOW_RUN_CLAIM, Claim(id=item.run.id, lease=lease, states=[state(Running)], fence=item.lease.fence))
    pool.call(op.FLOW_RUN_PROPOSE, Proposal(id=item.run.id, state=state(Cancelling)))
    assert pool.call(LEASE_LISTEN, Listen(holder=this_holder(), worker_id="w-2")).cancel == []
    heard = pool.call(LEASE_LISTEN, Listen(holder=this_holder(), worker_id="w-1")).cancel
    assert [id for id, _ in heard] == [item.run.id]


def test_a_run_whose_worker_died_before_it_began_waits_for_another(pool: Backend) -> None:
    deployment = deploy(pool)
    id = run(pool, deployment)
    for attempt in range(1, 5):
        (item,) = claim(pool)
        assert (item.run.id, item.lease.fence) == (id, attempt)
        pool.call(LEASE_BURY, Obituary(reporter=this_holder(), dead=[(id, attempt)]))
        again = read(pool, id)
        assert again.state.kind == "SCHEDULED"
        assert "before this began" in (again.state.message or "")
    (item,) = claim(pool)
    pool.call(LEASE_BURY, Obituary(reporter=this_holder(), dead=[(id, 5)]))
    assert read(pool, id).state.kind == "CRASHED"


def test_a_worker_is_known_by_its_beats(pool: Backend) -> None:
    beat = w.WorkerBeat(work_pool_name="here", name="ann", limit=3, facts={"host": "box"})
    known = pool.call(w.WORKER_BEAT, beat)
    assert pool.call(w.WORKER_BEAT, beat).id == known.id
    assert (known.status, known.limit, known.facts, known.flow_run_ids) == ("ONLINE", 3, {"host": "box"}, [])
    id = run(pool, deploy(pool))
    claim(pool, worker_id=known.id)
    assert pool.call(w.WORKER_READ, w.WorkerRef("here", "ann")).flow_run_ids == [id]
    assert [each.name for each in pool.call(w.WORKER_LIST, w.WorkerQuery(online=True)).items] == ["ann"]
    pool.call(w.WORKER_LEAVE, w.WorkerRef("here", "ann"))
    assert pool.call(w.WORKER_READ, w.WorkerRef("here", "ann")).status == "OFFLINE"
    assert pool.call(w.WORKER_LIST, w.WorkerQuery(online=True)).items == []


def test_a_worker_that_left_is_told_from_one_that_fell_silent(pool: Backend) -> None:
    for name, seconds in (("ann", 30.0), ("bob", 0.0)):
        pool.call(w.WORKER_BEAT, w.WorkerBeat(work_pool_name="here", name=name, heartbeat_seconds=seconds))
    pool.call(w.WORKER_LEAVE, w.WorkerRef("here", "ann"))
    ann, bob = (pool.call(w.WORKER_READ, w.WorkerRef("here", name)) for name in ("ann", "bob"))
    assert [(each.status, each.left) for each in (ann, bob)] == [("OFFLINE", True), ("OFFLINE", False)]

    def names(**query: Any) -> list[str]:
        return [each.name for each in pool.call(w.WORKER_LIST, w.WorkerQuery(**query)).items]

    assert (names(left=True), names(left=False), names(online=False)) == (["ann"], ["bob"], ["ann", "bob"])
    assert names(left=False, beat_after=bob.last_heartbeat - timedelta(seconds=1)) == ["bob"]
    assert names(left=False, beat_after=bob.last_heartbeat) == []
    # It comes back.
    pool.call(w.WORKER_BEAT, w.WorkerBeat(work_pool_name="here", name="ann"))
    assert pool.call(w.WORKER_READ, w.WorkerRef("here", "ann")).left is False


def test_to_ask_for_work_is_a_beat_of_who_has_told_before_who_it_is(pool: Backend) -> None:
    def worker(name: str) -> Worker:
        return pool.call(w.WORKER_READ, w.WorkerRef("here", name))

    for name in ("ann", "bob", "eve"):
        beat = w.WorkerBeat(work_pool_name="here", name=name, heartbeat_seconds=0.5, facts={"host": "box"})
        pool.call(w.WORKER_BEAT, beat)
    pool.call(w.WORKER_LEAVE, w.WorkerRef("here", "eve"))
    until(lambda: worker("ann").status == "OFFLINE")
    before = worker("ann").last_heartbeat
    for name in ("eve", "nobody", "ann"):
        assert claim(pool, worker_name=name, beats=True) == []
    until(lambda: worker("ann").status == "ONLINE")
    assert worker("ann").last_heartbeat > before
    assert worker("ann").facts == {"host": "box"}
    # Who left stays away, and who was never known is not known.
    known = pool.call(w.WORKER_LIST, w.WorkerQuery()).items
    assert [(each.name, each.left) for each in known] == [("ann", False), ("bob", False), ("eve", True)]
    told = pool.call(EVENT_LIST, EventQuery(names=["segue.worker.online"])).items
    assert [each.resource["segue.resource.name"] for each in told] == ["ann", "eve", "bob", "ann"]


@pytest.mark.parametrize(("strategy", "kind"), [("ENQUEUE", "SCHEDULED"), ("CANCEL_NEW", "CANCELLED")])
def test_infrastructure_that_starts_too_late_has_lost_its_slot(pool: Backend, strategy: Any, kind: str) -> None:
    options = ConcurrencyOptions(grace_period_seconds=0, collision_strategy=strategy)
    deployment = deploy(pool, concurrency_limit=1, concurrency_options=options)
    slow = run(pool, deployment)
    (late,) = claim(pool)
    quick = run(pool, deployment)
    (item,) = claim(pool)
    assert item.run.id == quick

    def begin(item: w.Assignment) -> Grant:
        mine = LeaseRequest(holder=this_holder())
        return pool.call(
            op.FLOW_RUN_CLAIM,
            Claim(id=item.run.id, lease=mine, states=[state(Running)], fence=item.lease.fence),
        )

    begun = begin(item)
    assert begun.lease is not None
    refused = begin(late)
    assert (refused.lease, refused.run.state.kind) == (None, kind)
    assert "took longer than 0 seconds" in (refused.run.state.message or "")
    if kind == "SCHEDULED":
        assert refused.run.state.name == "AwaitingConcurrencySlot"
        assert claim(pool) == []
        end(pool, msgspec.structs.replace(item, lease=begun.lease))
        (again,) = claim(pool)
        assert again.run.id == slow
        assert begin(again).lease is not None


def test_a_run_that_is_cancelled_while_its_worker_is_away_says_who_would_stop_it(pool: Backend) -> None:
    beat = w.WorkerBeat(work_pool_name="here", name="ann", heartbeat_seconds=30, facts={})
    worker = pool.call(w.WORKER_BEAT, beat)
    run(pool, deploy(pool))
    (item,) = claim(pool, worker_id=worker.id)
    asked = Claim(
        id=item.run.id, lease=LeaseRequest(holder=this_holder()), states=[state(Running)], fence=item.lease.fence
    )
    pool.call(op.FLOW_RUN_CLAIM, asked)
    pool.call(op.FLOW_RUN_PROPOSE, Proposal(id=item.run.id, state=state(Cancelling, message="enough")))
    (gate,) = pool.call(FLOW_RUN_WAITS, ById(item.run.id)).items
    assert (gate.what, [each.type for each in gate.keepers]) == (
        f"process {os.getpid()} on {this_holder().host} to stop",
        ["process"],
    )
    pool.call(w.WORKER_LEAVE, w.WorkerRef("here", "ann"))
    (gate,) = pool.call(FLOW_RUN_WAITS, ById(item.run.id)).items
    assert gate.what.endswith(
        "to stop by itself, or its lease to end: worker ann, which would stop it by force, is away"
    )
    assert (gate.keepers[0].type, gate.keepers[0].name) == ("worker", "ann")
    # Who holds it may say why it goes on; nobody else may.
    told = state(
        Cancelling, message="enough It cannot be stopped, and it is tried again until it can: the engine is away."
    )
    fence = read(pool, item.run.id).fence
    assert pool.call(op.FLOW_RUN_PROPOSE, Proposal(id=item.run.id, state=told, fence=fence)).status == "accept"
    assert read(pool, item.run.id).state.message == told.message
    again = pool.call(op.FLOW_RUN_PROPOSE, Proposal(id=item.run.id, state=state(Cancelling, message="other")))
    assert (again.status, read(pool, item.run.id).state.message) == ("reject", told.message)
