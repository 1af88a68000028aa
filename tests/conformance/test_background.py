"""Background tasks in the record: handed over, claimed under a worker's lease, taken up again when it is lost, and heard of."""

from __future__ import annotations

import threading

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.backend.questions import Questions
from segue.backend.reaper import reap
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest, NotFound, StaleFence
from segue.model.records import TaskRunMoved
from segue.model.states import Completed, Pending, Scheduled
from segue.wire import background as bg
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import dead_holder, state


def enqueued(backend: Backend, count: int = 1, key: str = "bg-1") -> list[str]:
    """Hand over runs of a task; returns their ids, oldest first."""
    items = [
        q.Enqueue(
            id=new_id(), name=f"bg-{n}", task_name="bg", task_key=key, state=state(Scheduled, at=now()), inputs_ref="{}"
        )
        for n in range(count)
    ]
    for _ in range(2):
        # The second time nothing is made anew.
        assert backend.call(bg.TASK_RUN_ENQUEUE_MANY, bg.EnqueueMany(items=items)).count == count
    return [each.id for each in items]


def worker(backend: Backend, *, dead: bool = False) -> q.Lease:
    """Take the lease of a task worker."""
    holder = dead_holder() if dead else this_holder()
    asked = q.TakeLease(id=new_id(), lease=q.LeaseRequest(holder=holder), kind="task-worker")
    return backend.call(op.LEASE_TAKE, asked)


def claim(backend: Backend, lease: q.Lease, **fields: object) -> list[str]:
    """Claim under a worker's lease; returns the ids of the runs."""
    asked = q.ClaimTasks(
        task_keys=["bg-1"], lease=q.LeaseRequest(holder=this_holder()), id=new_id(), under=(lease.id, lease.fence)
    )
    answer = backend.call(op.TASK_RUN_CLAIM, msgspec.structs.replace(asked, **fields))
    assert all(each.id == lease.id and each.fence == lease.fence for _, each in answer.items)
    assert all(run.lease_id == lease.id for run, _ in answer.items)
    return [run.id for run, _ in answer.items]


def names(backend: Backend, id: str) -> list[str]:
    """Return the names of a run's states."""
    return [each.state.name for each in backend.call(op.TASK_RUN_HISTORY, q.ById(id)).items]


def test_each_run_is_given_out_once_and_told_again_while_the_answer_may_be_lost(
    backend: Backend, second: Backend
) -> None:
    ids, mine, other, asked = enqueued(backend, 4), worker(backend), worker(second), new_id()
    assert claim(backend, mine, limit=2, id=asked) == claim(backend, mine, limit=2, id=asked) == ids[:2]
    assert claim(second, other, limit=9) == ids[2:]
    assert claim(backend, mine) == []
    with pytest.raises(StaleFence):
        claim(backend, msgspec.structs.replace(mine, fence=mine.fence + 1))
    with pytest.raises(NotFound):
        claim(backend, msgspec.structs.replace(mine, id=new_id()))
    one = q.Enqueue(
        id=new_id(), name="x", task_name="x", task_key="x", state=state(Scheduled, at=now()), inputs_ref="{}"
    )
    many = bg.EnqueueMany(items=[one] * 1001)
    with pytest.raises(BadRequest, match="1,001 task runs"):
        backend.call(bg.TASK_RUN_ENQUEUE_MANY, many)


def test_what_a_lost_worker_ran_is_taken_up_by_others_but_not_for_ever(backend: Backend, second: Backend) -> None:
    (id,) = enqueued(backend)
    lost = worker(backend, dead=True)
    assert claim(backend, lost) == [id]
    stream = backend.stream(lost)
    stream.put(TaskRunMoved(id=id, state=state(Pending)))
    stream.flush()
    assert reap(second).task_runs == []
    assert names(second, id) == ["Scheduled", "Pending", "AwaitingRetry"]
    # Whoever was only cut off has nothing to say any more.
    stream.put(TaskRunMoved(id=id, state=state(Completed)))
    with pytest.raises(StaleFence):
        stream.flush()
    for _ in range(2):
        assert claim(second, worker(second, dead=True)) == [id]
        reap(second)
    assert names(second, id)[-1] == "AwaitingRetry"
    assert claim(second, worker(second, dead=True)) == [id]
    assert reap(second).task_runs == [id]
    assert names(second, id) == ["Scheduled", "Pending", *["AwaitingRetry"] * 3, "Crashed"]


def test_a_claim_and_a_question_wait_for_what_comes_and_can_be_called_off(backend: Backend, second: Backend) -> None:
    mine, told = worker(backend), []
    questions = Questions(backend)
    asked = q.ClaimTasks(
        task_keys=["bg-1"], lease=q.LeaseRequest(holder=this_holder()), id=new_id(), under=(mine.id, mine.fence), seconds=30.0
    )  # fmt: skip

    def wait() -> None:
        told.append(questions.ask(op.TASK_RUN_CLAIM, asked, q.ClaimedTasks(items=[])))

    waiting = threading.Thread(target=wait)
    waiting.start()
    (id,) = enqueued(second)
    waiting.join(20)
    assert [run.id for run, _ in told[0].items] == [id]
    question = bg.AskEnded(ids=[id], seconds=30.0, id=new_id())
    answers: list[bg.EndedRuns] = []
    waiting = threading.Thread(
        target=lambda: answers.append(questions.ask(bg.TASK_RUN_ENDED, question, bg.EndedRuns()))
    )
    waiting.start()
    stream = backend.stream(mine)
    stream.put(TaskRunMoved(id=id, state=state(Completed)))
    stream.close()
    waiting.join(20)
    assert [(each, ended.name) for each, ended in answers[0].items] == [(id, "Completed")]
    with pytest.raises(NotFound):
        backend.call(bg.TASK_RUN_ENDED, bg.AskEnded(ids=[new_id()]))
    # Nothing comes any more: the claim waits until it is called off.
    asked = msgspec.structs.replace(asked, id=new_id())
    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        questions.call_off()
        waiting.join(0.05)
    assert told[1].items == []


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_a_worker_out_of_sight_is_lost_by_the_clock(backend: EmbeddedBackend) -> None:
    (id,) = enqueued(backend)
    far = msgspec.structs.replace(dead_holder(), host="far-away", boot="b")
    for ago, name in ((1.0, "Scheduled"), (6.0, "AwaitingRetry")):
        # It stops what it runs before its lease ends, and others wait as long after it.
        lease = backend.call(
            op.LEASE_TAKE,
            q.TakeLease(id=new_id(), lease=q.LeaseRequest(holder=far, seconds=-ago, served=True), kind="task-worker"),
        )
        if ago == 1.0:
            assert claim(backend, lease) == [id]
            first = lease
        else:
            backend.call(op.LEASE_RENEW, q.Renewal(leases=[(first.id, first.fence)], seconds=-ago))
        reap(backend, serving_for=60.0)
        assert names(backend, id)[-1] == name
