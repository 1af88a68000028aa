from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import lives, this_holder
from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import NotFound, StaleFence
from segue.model.records import Record, SubflowMade
from segue.model.states import Cancelling, Completed, Running, Scheduled
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import dead_holder, lease_of, made, moved, propose, read, start, state


def test_a_lost_process_leaves_a_crashed_run_and_closed_children(backend: Backend) -> None:
    holder = dead_holder()
    grant = start(backend, lease=q.LeaseRequest(holder=holder))
    asked = start(backend, lease=q.LeaseRequest(holder=holder))
    propose(backend, asked.run.id, state(Cancelling))
    mine = start(backend, lease=q.LeaseRequest(holder=this_holder(), seconds=-60))
    elsewhere = start(
        backend,
        lease=q.LeaseRequest(holder=q.Holder(host="far", boot="", pid_namespace="", pid=1, started=""), seconds=-60),
    )
    stream = backend.stream(lease_of(grant))
    task = made(grant.run.id)
    stream.put(task)
    stream.put(moved(task, state(Running)))
    stream.flush()
    reaped = reap(backend)
    assert set(reaped.flow_runs) == {grant.run.id, asked.run.id}
    run = read(backend, grant.run.id)
    assert run.state.kind == "CRASHED"
    assert f"Process {holder.pid} on {holder.host}" in (run.state.message or "")
    assert run.state.actor is not None
    assert run.state.actor.name == "reaper"
    assert read(backend, asked.run.id).state.kind == "CANCELLED"
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "CRASHED"
    assert read(backend, mine.run.id).state.kind == "RUNNING"
    assert read(backend, elsewhere.run.id).state.kind == "RUNNING"
    assert reap(backend) == q.Reaped()
    # From one full lease of service on, what expired elsewhere is closed too; what lives here never is.
    assert reap(backend, serving_for=30.0).flow_runs == [elsewhere.run.id]
    assert read(backend, mine.run.id).state.kind == "RUNNING"


def test_a_run_claimed_again_meanwhile_is_not_reaped(backend: Backend) -> None:
    grant = start(backend)
    backend.call(op.UPKEEP_REAP, q.Reap(dead=[(grant.run.id, 0)]))
    assert read(backend, grant.run.id).state.kind == "RUNNING"


def test_what_a_dead_process_left_on_its_disk_is_closed_when_it_is_told_late(backend: Backend) -> None:
    grant = start(backend, lease=q.LeaseRequest(holder=dead_holder()))
    assert reap(backend).flow_runs == [grant.run.id]
    task = made(grant.run.id)
    late = q.Batch(lease_id=grant.run.id, fence=1, first=1, records=[task, moved(task, state(Running))])
    backend.call(op.RECORDS_APPEND, late)
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "RUNNING"
    reap(backend)
    ended = backend.call(op.TASK_RUN_READ, q.ById(task.id)).state
    assert (ended.kind, "ended as Crashed" in str(ended.message)) == ("CRASHED", True)
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


def test_a_subflow_that_is_told_of_late_is_closed_with_its_tasks(backend: Backend) -> None:
    grant = start(backend, lease=q.LeaseRequest(holder=dead_holder()))
    reap(backend)
    stands, within = made(grant.run.id), new_id()
    task = made(within)
    records: list[Record] = [
        stands,
        moved(stands, state(Running)),
        SubflowMade(
            id=within, flow_id="", flow_name="inner", name="inner", state=state(Running), parent_flow_run_id=grant.run.id,
            root_flow_run_id=grant.run.id, parent_task_run_id=stands.id,
        ),
        task,
        moved(stands, state(Completed)),
        moved(task, state(Running)),
    ]  # fmt: skip
    backend.call(op.RECORDS_APPEND, q.Batch(lease_id=grant.run.id, fence=1, first=1, records=records))
    reap(backend)
    assert read(backend, within).state.kind == "CRASHED"
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "CRASHED"
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


def test_a_task_outside_flows_that_is_told_of_late_is_closed(backend: Backend) -> None:
    taken = backend.call(op.LEASE_TAKE, q.TakeLease(id=new_id(), lease=q.LeaseRequest(holder=dead_holder())))
    reap(backend)
    task = made(None)
    late = q.Batch(lease_id=taken.id, fence=1, first=1, records=[task, moved(task, state(Running))])
    backend.call(op.RECORDS_APPEND, late)
    assert reap(backend).task_runs == [task.id]
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "CRASHED"
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_who_goes_on_although_its_run_was_closed_can_tell_how_its_tasks_end(backend: Backend, where: str) -> None:
    elsewhere = q.Holder(host="far", boot="b", pid_namespace="n", pid=1, started="1")
    holder = this_holder() if where == "here" else elsewhere
    grant = start(backend, lease=q.LeaseRequest(holder=holder, seconds=-60))
    backend.call(op.UPKEEP_REAP, q.Reap(dead=[(grant.run.id, 1)]))
    task = made(grant.run.id)
    began = q.Batch(lease_id=grant.run.id, fence=1, first=1, records=[task, moved(task, state(Running))])
    backend.call(op.RECORDS_APPEND, began)
    assert reap(backend, serving_for=30.0) == q.Reaped()
    (lease,) = backend.call(op.LEASE_LIST, q.Nothing()).items
    assert lease.over
    last = q.Batch(lease_id=grant.run.id, fence=1, first=3, records=[moved(task, state(Completed))])
    backend.call(op.RECORDS_APPEND, last)
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "COMPLETED"
    assert read(backend, grant.run.id).state.kind == "CRASHED"
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


def test_a_task_that_waits_for_a_worker_keeps_nobodys_lease_open(backend: Backend) -> None:
    grant = start(backend)
    waiting = q.Enqueue(
        id=new_id(), name="later", task_name="bg", task_key="bg-1", state=state(Scheduled, at=now()), inputs_ref="{}",
        flow_run_id=grant.run.id,
    )  # fmt: skip
    backend.call(op.TASK_RUN_ENQUEUE, waiting)
    propose(backend, grant.run.id, state(Completed), fence=1)
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


def test_tasks_of_a_lost_process_without_a_flow_are_closed(backend: Backend) -> None:
    taken = backend.call(op.LEASE_TAKE, q.TakeLease(id=new_id(), lease=q.LeaseRequest(holder=dead_holder())))
    stream = backend.stream(taken)
    task = made(None)
    stream.put(task)
    stream.put(moved(task, state(Running)))
    stream.flush()
    assert reap(backend).task_runs == [task.id]
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "CRASHED"


def test_this_process_lives_and_a_reused_pid_does_not() -> None:
    me = this_holder()
    assert lives(me) is True
    assert lives(msgspec.structs.replace(me, started="1")) is False
    assert lives(msgspec.structs.replace(me, boot="another")) is None
    assert lives(msgspec.structs.replace(me, boot="another"), here=True) is False
    assert lives(msgspec.structs.replace(me, host="another")) is None
    assert lives(dead_holder()) is False


def test_a_lease_is_renewed_and_ended_by_its_holder_only(backend: Backend) -> None:
    grant = start(backend)
    before = backend.call(op.LEASE_LIST, q.Nothing()).items[0]
    assert backend.call(op.LEASE_RENEW, q.Renewal(leases=[(grant.run.id, 1)], seconds=300)).lost == []
    assert backend.call(op.LEASE_LIST, q.Nothing()).items[0].expires > before.expires
    assert backend.call(op.LEASE_RENEW, q.Renewal(leases=[(grant.run.id, 2)])).lost == [grant.run.id]
    taken = backend.call(op.LEASE_TAKE, q.TakeLease(id="p", lease=q.LeaseRequest(holder=this_holder())))
    again = backend.call(op.LEASE_TAKE, q.TakeLease(id="p", lease=q.LeaseRequest(holder=this_holder())))
    assert (taken.fence, again.fence) == (1, 2)
    stream = backend.stream(taken)
    stream.put(made(None))
    with pytest.raises(StaleFence):
        stream.flush()


def test_background_tasks_are_handed_to_one_worker_each(backend: Backend, second: Backend) -> None:
    waiting = []
    for n in range(3):
        request = q.Enqueue(
            id=new_id(), name=f"bg-{n}", task_name="bg", task_key="bg-1", state=state(Scheduled, at=now()),
            inputs_ref='{"storage": "x"}', tags=["t"],
        )  # fmt: skip
        made_run = backend.call(op.TASK_RUN_ENQUEUE, request)
        assert backend.call(op.TASK_RUN_ENQUEUE, request) == made_run
        waiting.append(made_run.id)
    later = state(Scheduled, at=now(), timestamp=now() + timedelta(hours=1))
    backend.call(
        op.TASK_RUN_ENQUEUE,
        q.Enqueue(id=new_id(), name="later", task_name="bg", task_key="bg-1", state=later, inputs_ref="{}"),
    )
    ask = q.ClaimTasks(task_keys=["bg-1", "other"], lease=q.LeaseRequest(holder=this_holder()), limit=2)
    first = backend.call(op.TASK_RUN_CLAIM, ask).items
    rest = second.call(op.TASK_RUN_CLAIM, ask).items
    assert [task.id for task, _ in first + rest] == waiting
    assert second.call(op.TASK_RUN_CLAIM, ask).items == []
    task, lease = first[0]
    assert (task.inputs_ref, task.lease_id, lease.fence) == ('{"storage": "x"}', task.id, 1)
    held = backend.call(op.TASK_RUN_PROPOSE, q.TaskProposal(id=task.id, state=state(Completed)))
    assert held.status == "reject"
    stream = backend.stream(lease)
    record = made(None, id=task.id)
    stream.put(moved(record, state(Running)))
    stream.put(moved(record, state(Completed)))
    stream.close()
    backend.call(op.LEASE_END, q.EndLease(id=lease.id, fence=lease.fence))
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "COMPLETED"
    refused = backend.call(op.TASK_RUN_PROPOSE, q.TaskProposal(id=task.id, state=state(Running)))
    assert refused.status == "reject"
    forced = backend.call(op.TASK_RUN_PROPOSE, q.TaskProposal(id=task.id, state=state(Running), force=True))
    assert forced.status == "accept"
    assert backend.call(op.TASK_RUN_EDIT, q.TaskRunEdit(id=task.id, name="renamed")).name == "renamed"
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).name == "renamed"
    backend.call(op.TASK_RUN_DELETE, q.ById(task.id))
    with pytest.raises(NotFound):
        backend.call(op.TASK_RUN_EDIT, q.TaskRunEdit(id=task.id, name="gone"))
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 3


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_the_writer_tells_what_it_did(backend: EmbeddedBackend) -> None:
    start(backend)
    metrics = backend.metrics()
    assert (metrics.batches, metrics.operations, metrics.failures) == (1, 1, 0)
    assert metrics.longest_hold > 0
