from __future__ import annotations

import threading

import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest, NotFound, SegueError, StaleFence
from segue.model.records import ArtifactMade, LogLine, Record, SubflowMade, SubflowMoved, TaskRunMoved
from segue.model.runs import CacheFacts, InputHash, Terms
from segue.model.states import Completed, Failed, Pending, ResultRef, Running, Scheduled
from segue.wire import background as bg
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import applied, lease_of, made, moved, propose, read, start, state


def test_facts_of_a_task_run_are_kept_whether_in_one_batch_or_many(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    cache = CacheFacts(key="k1", policy="INPUTS", parts={"inputs": "h"}, inputs=[InputHash(name="x", hash="00")])
    seen: list[int] = []
    for flushes in (False, True):
        task = made(
            grant.run.id,
            tags=("a", "b"),
            upstream={"x": [new_id()]},
            dynamic_key="7",
            entrypoint="f.py:step",
            step="s1",
        )
        began = now()
        result = ResultRef(storage="local:/x", key="k")
        for record in (
            task,
            moved(task, state(Running), run_count=1, start_time=began, inputs_ref="{}"),
            moved(task, state(Failed, name="TimedOut", message="slow"), run_count=1, total_run_time=0.25),
            moved(task, state(Running, name="Retrying", attempt=2), run_count=2, cache=cache, name="renamed"),
            moved(task, state(Completed, result=result), run_count=2, end_time=began, total_run_time=0.5),
        ):
            stream.put(record)
            if flushes:
                stream.flush()
        stream.flush()
        run = backend.call(op.TASK_RUN_READ, q.ById(task.id))
        assert (run.name, run.task_name, run.task_key, run.dynamic_key) == ("renamed", "step", "step-1234abcd", "7")
        assert (run.run_count, run.total_run_time, run.start_time, run.end_time) == (2, 0.5, began, began)
        assert (run.cache, run.inputs_ref, run.step, run.entrypoint) == (cache, "{}", "s1", "f.py:step")
        assert (run.tags, run.upstream, run.lease_id) == (["a", "b"], dict(task.upstream), grant.run.id)
        assert run.state.kind == "COMPLETED"
        history = backend.call(op.TASK_RUN_HISTORY, q.ById(task.id)).items
        assert [row.state.name for row in history] == ["Pending", "Running", "TimedOut", "Retrying", "Completed"]
        assert all(row.run_id == task.id for row in history)
        seen.extend(row.seq for row in history)
    assert len(set(seen)) == 10


def test_what_a_run_was_told_when_it_was_made_is_kept(backend: Backend) -> None:
    told = Terms(retries=3, delay=[1.0, 2.5], jitter=0.5, version="v7", flow_attempt=2)
    of_flow = Terms(retries=1, delay=30.0)
    lease = q.LeaseRequest(holder=this_holder())
    asked = q.NewFlowRun(
        id=new_id(), flow_name="told", name="told", states=[state(Pending)], lease=lease, terms=of_flow
    )
    grant = backend.call(op.FLOW_RUN_CREATE, asked)
    stream = backend.stream(lease_of(grant))
    plain, task = made(grant.run.id), made(grant.run.id, terms=told)
    sub = SubflowMade(
        id=new_id(), flow_id="", flow_name="inner", name="inner", state=state(Pending), parent_flow_run_id=grant.run.id,
        root_flow_run_id=grant.run.id, parent_task_run_id=plain.id, terms=of_flow,
    )  # fmt: skip
    for record in (plain, task, sub, moved(task, state(Running), run_count=1)):
        stream.put(record)
    stream.flush()
    later = q.Enqueue(
        id=new_id(),
        name="bg-0",
        task_name="bg",
        task_key="bg-1",
        state=state(Scheduled, at=now()),
        inputs_ref="{}",
        terms=told,
    )
    backend.call(bg.TASK_RUN_ENQUEUE_MANY, bg.EnqueueMany(items=[later]))
    found = {each.id: each.terms for each in backend.call(op.TASK_RUN_LIST, queries.RunQuery()).items}
    assert found == {plain.id: None, task.id: told, later.id: told}
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).terms == told
    assert [read(backend, id).terms for id in (grant.run.id, sub.id)] == [of_flow, of_flow]


def test_a_call_sees_every_record_put_before_it(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    tasks = [made(grant.run.id) for _ in range(50)]
    for task in tasks:
        stream.put(task)
        stream.put(moved(task, state(Completed)))
    propose(backend, grant.run.id, state(Completed), fence=1)
    where = queries.RunFilter(flow_run_ids=[grant.run.id], state_types=["COMPLETED"])
    assert backend.call(op.TASK_RUN_COUNT, where).count == 50


def test_a_subflow_under_its_roots_lease_is_a_matter_of_records(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    dummy = made(grant.run.id)
    began = now()
    sub = SubflowMade(
        id=new_id(), flow_id="", flow_name="inner", name="calm-heron", state=state(Pending),
        parent_flow_run_id=grant.run.id, root_flow_run_id=grant.run.id, parent_task_run_id=dummy.id,
        parameters={"n": 2}, tags=("x",), entrypoint="f.py:inner",
    )  # fmt: skip
    stream.put(dummy)
    stream.put(sub)
    stream.put(SubflowMoved(sub.id, state(Running), run_count=1, start_time=began))
    stream.flush()
    run = read(backend, sub.id)
    assert (run.flow_name, run.state.kind, run.run_count, run.start_time) == ("inner", "RUNNING", 1, began)
    assert (run.lease_id, run.fence, run.parent_flow_run_id) == (grant.run.id, 1, grant.run.id)
    assert (run.parameters, run.tags) == ({"n": 2}, ["x"])
    assert backend.call(op.TASK_RUN_READ, q.ById(dummy.id)).child_flow_run_id == sub.id
    propose(backend, sub.id, state(Completed), fence=1)
    assert read(backend, sub.id).state.kind == "COMPLETED"
    stream.put(SubflowMade(id=new_id(), flow_id="", flow_name="inner", name="again", state=state(Pending),
                           parent_flow_run_id=grant.run.id, root_flow_run_id=grant.run.id))  # fmt: skip
    stream.flush()
    assert backend.call(op.FLOW_COUNT, queries.FlowQuery()).count == 2


def test_log_lines_keep_their_order_and_their_bounds(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    moment = now()
    for n in range(20):
        stream.put(LogLine(moment, 10 + n, "segue.flow_runs", f"line {n}", grant.run.id))
    stream.put(LogLine(moment, 50, "x", "long " * 20_000, grant.run.id))
    stream.put(LogLine(moment, 50, "x", "null \x00 and \\u0000", grant.run.id))
    stream.flush()
    lines = backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[grant.run.id])).items
    assert [line.message for line in lines[:20]] == [f"line {n}" for n in range(20)]
    assert len(lines[20].message.encode()) <= 64 * 1024
    assert "bytes cut]" in lines[20].message
    assert lines[21].message == "null � and \\u0000"
    found = backend.call(
        op.LOG_LIST, queries.LogQuery(text="LINE 1", level_from=15, level_to=25, sort="-timestamp")
    ).items
    assert [line.message for line in found] == [f"line {n}" for n in range(15, 9, -1)]


def test_an_artifact_put_again_has_new_data(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    id, first, second = new_id(), now(), now()
    for flushes in (False, True):
        made_first = ArtifactMade(id=id, type="progress", data=0.0, timestamp=first, key="p", description="d")
        stream.put(made_first)
        if flushes:
            stream.flush()
        stream.put(ArtifactMade(id=id, type="progress", data=[{"a": 1}], timestamp=second, key="p"))
        stream.flush()
        found = backend.call(op.ARTIFACT_READ, q.ById(id))
        assert (found.data, found.description, found.created, found.updated) == ([{"a": 1}], "d", first, second)


def test_a_batch_sent_twice_is_applied_once(backend: Backend) -> None:
    lease = lease_of(start(backend))
    task = made(lease.id)
    batch = q.Batch(lease_id=lease.id, fence=1, first=1, records=[task, moved(task, state(Running))])
    assert backend.call(op.RECORDS_APPEND, batch).last_sequence == 2
    assert backend.call(op.RECORDS_APPEND, batch).last_sequence == 2
    more = q.Batch(lease_id=lease.id, fence=1, first=2, records=[batch.records[1], moved(task, state(Completed))])
    assert backend.call(op.RECORDS_APPEND, more).last_sequence == 3
    assert len(backend.call(op.TASK_RUN_HISTORY, q.ById(task.id)).items) == 3


def test_a_gap_and_an_old_fence_are_refused(backend: Backend) -> None:
    lease = lease_of(start(backend))
    task = made(lease.id)
    with pytest.raises(BadRequest):
        backend.call(op.RECORDS_APPEND, q.Batch(lease_id=lease.id, fence=1, first=2, records=[task]))
    with pytest.raises(StaleFence):
        backend.call(op.RECORDS_APPEND, q.Batch(lease_id=lease.id, fence=2, first=1, records=[task]))
    with pytest.raises(NotFound):
        backend.call(op.RECORDS_APPEND, q.Batch(lease_id=new_id(), fence=1, first=1, records=[task]))
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 0


def test_a_stream_whose_lease_was_taken_over_is_told(backend: Backend, second: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    propose(second, grant.run.id, state(Failed), force=True)
    lease = q.LeaseRequest(holder=q.Holder(host="else", boot="", pid_namespace="", pid=1, started=""))
    second.call(op.FLOW_RUN_CLAIM, q.Claim(id=grant.run.id, lease=lease, states=[state(Running)]))
    stream.put(made(grant.run.id))
    with pytest.raises(StaleFence):
        stream.flush()
    stream.put(made(grant.run.id))
    backend.flush()
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter()).count == 0
    news = backend.call(op.LEASE_RENEW, q.Renewal(leases=[(grant.run.id, 1)]))
    assert news.lost == [grant.run.id]


def test_one_bad_record_is_left_out_and_told_and_the_others_are_kept(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    good, bad, after = made(grant.run.id), made(grant.run.id), made(grant.run.id)
    stream.put(good)
    stream.put(TaskRunMoved(bad.id, state(Running, details={"x": object()})))
    stream.put(after)
    with pytest.raises(SegueError, match="cannot be stored"):
        stream.flush()
    stream.put(moved(after, state(Completed)))
    stream.flush()
    runs = backend.call(op.TASK_RUN_LIST, queries.RunQuery(sort="created")).items
    assert [(run.id, run.state.kind) for run in runs] == [(good.id, "PENDING"), (after.id, "COMPLETED")]


def test_after_the_end_only_the_last_lines_still_arrive(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    task = made(grant.run.id)
    stream.put(task)
    propose(backend, grant.run.id, state(Failed), fence=1)
    stream.put(LogLine(now(), 20, "x", "finished", grant.run.id))
    stream.put(moved(task, state(Completed)))
    stream.close()
    assert backend.call(op.TASK_RUN_READ, q.ById(task.id)).state.kind == "CRASHED"
    assert [line.message for line in backend.call(op.LOG_LIST, queries.LogQuery()).items] == ["finished"]


def test_many_threads_put_and_nothing_is_lost(backend: Backend) -> None:
    grants = [start(backend) for _ in range(3)]
    streams = [backend.stream(lease_of(grant)) for grant in grants]

    def work(which: int) -> None:
        for n in range(400):
            task = made(grants[which % 3].run.id)
            streams[which % 3].put(task)
            streams[which % 3].put(moved(task, state(Completed)))
            if n % 100 == 50:
                streams[which % 3].flush()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    backend.flush()
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter(state_types=["COMPLETED"])).count == 2400
    for stream in streams:
        assert applied(stream) == 1600


def test_a_process_lease_serves_tasks_outside_flows(backend: Backend) -> None:
    from segue.backend.holders import this_holder

    taken = backend.call(op.LEASE_TAKE, q.TakeLease(id=new_id(), lease=q.LeaseRequest(holder=this_holder())))
    stream = backend.stream(taken)
    task = made(None)
    stream.put(task)
    stream.flush()
    run = backend.call(op.TASK_RUN_READ, q.ById(task.id))
    assert (run.flow_run_id, run.lease_id) == (None, taken.id)
    stream.put(moved(task, state(Completed)))
    stream.flush()
    backend.call(op.LEASE_END, q.EndLease(id=taken.id, fence=taken.fence))
    backend.flush()
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


def test_a_batch_of_every_shape_is_applied_alike(backend: Backend) -> None:
    """Batches that fit one statement and batches that do not: made, moved, both, with and without log lines."""
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    first, second, third = made(grant.run.id), made(grant.run.id, task_name="other"), made(grant.run.id)
    line = LogLine(now(), 20, "x", "line", grant.run.id)
    batches: tuple[list[Record], ...] = (
        [first],
        [moved(first, state(Running), run_count=1)],
        [line],
        [second, line, moved(first, state(Completed), total_run_time=0.5)],
        [third, moved(third, state(Completed)), moved(second, state(Failed, message="no")), line, line],
        [ArtifactMade(id=new_id(), type="t", data=1, timestamp=now(), flow_run_id=grant.run.id), made(grant.run.id)],
    )
    for batch in batches:
        for record in batch:
            stream.put(record)
        stream.flush()
    kinds = {t.id: t.state.kind for t in backend.call(op.TASK_RUN_LIST, queries.RunQuery()).items}
    assert (kinds[first.id], kinds[second.id], kinds[third.id]) == ("COMPLETED", "FAILED", "COMPLETED")
    assert len(kinds) == 4
    assert [line.message for line in backend.call(op.LOG_LIST, queries.LogQuery()).items] == ["line"] * 4
    assert [row.state.kind for row in backend.call(op.TASK_RUN_HISTORY, q.ById(first.id)).items] == [
        "PENDING",
        "RUNNING",
        "COMPLETED",
    ]
    assert backend.call(op.TASK_RUN_READ, q.ById(first.id)).total_run_time == 0.5
    assert applied(stream) == sum(len(batch) for batch in batches)
