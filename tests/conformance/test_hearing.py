"""What holders hear, what neighbours report, and requests that come twice because their first answer was lost."""

from __future__ import annotations

import threading

import msgspec
import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, Held
from segue.model.states import Cancelled, Cancelling, Completed, Failed, Pending, Running, Scheduled
from segue.wire import leases
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import dead_holder, lease_of, propose, start, state


def listen(backend: Backend, *grants: q.Grant, known: list[str] | None = None, seconds: float = 0.0) -> leases.News:
    """Listen as the holder of these runs."""
    held = [(lease_of(grant).id, lease_of(grant).fence) for grant in grants]
    question = leases.Listen(holder=this_holder(), leases=held, known=known or [], seconds=seconds)
    return backend.call(leases.LEASE_LISTEN, question)


def test_a_holder_hears_of_its_runs_and_of_no_others(backend: Backend) -> None:
    mine = start(backend)
    start(backend, lease=q.LeaseRequest(holder=dead_holder()))
    assert listen(backend, mine) == leases.News()
    asked = state(Cancelling)
    propose(backend, mine.run.id, asked)
    # Heard of by who holds it, named or not, and no news when it is known.
    for grants in ((mine,), ()):
        heard = listen(backend, *grants)
        assert [(id, told.id) for id, told in heard.cancel] == [(mine.run.id, asked.id)]
        assert listen(backend, *grants, known=[asked.id]) == leases.News()
    other = leases.Listen(holder=msgspec.structs.replace(this_holder(), pid=1))
    assert backend.call(leases.LEASE_LISTEN, other) == leases.News()


def test_a_holder_hears_of_leases_it_lost(backend: Backend) -> None:
    ended, taken, forced = start(backend), start(backend), start(backend)
    propose(backend, ended.run.id, state(Failed), force=True)
    propose(backend, taken.run.id, state(Failed), force=True)
    backend.call(
        op.FLOW_RUN_CLAIM,
        q.Claim(id=taken.run.id, lease=q.LeaseRequest(holder=dead_holder()), states=[state(Running)]),
    )
    gone = state(Cancelled)
    propose(backend, forced.run.id, gone, force=True)
    heard = listen(backend, ended, taken, forced)
    assert set(heard.lost) == {ended.run.id, taken.run.id, forced.run.id}
    assert [(id, told.id) for id, told in heard.cancel] == [(forced.run.id, gone.id)]


@pytest.mark.parametrize("url", ["remote"], indirect=True)
def test_a_server_answers_when_there_is_something_to_be_heard(backend: Backend, second: Backend) -> None:
    mine = start(backend)
    heard: list[leases.News] = []
    thread = threading.Thread(target=lambda: heard.append(listen(backend, mine, seconds=30.0)))
    thread.start()
    propose(second, mine.run.id, state(Cancelling))
    thread.join()
    assert [id for id, _ in heard[0].cancel] == [mine.run.id]
    assert listen(backend, mine, known=[heard[0].cancel[0][1].id], seconds=0.2) == leases.News()


def test_only_neighbours_are_believed_about_the_dead(backend: Backend) -> None:
    here = start(backend, lease=q.LeaseRequest(holder=dead_holder()))
    there = start(backend, lease=q.LeaseRequest(holder=msgspec.structs.replace(dead_holder(), host="far")))
    near = backend.call(leases.LEASE_NEIGHBOURS, leases.Neighbours(holder=this_holder())).items
    assert [lease.id for lease in near] == [here.run.id]
    report = leases.Obituary(reporter=this_holder(), dead=[(here.run.id, 1), (there.run.id, 1)])
    assert backend.call(leases.LEASE_BURY, report).flow_runs == [here.run.id]
    assert backend.call(leases.LEASE_BURY, report).flow_runs == []


def test_a_run_claimed_twice_by_one_request_is_held_once(backend: Backend) -> None:
    run = start(backend, leased=False, states=[state(Scheduled, at=now())]).run
    claim = q.Claim(id=run.id, lease=q.LeaseRequest(holder=this_holder()), states=[state(Pending), state(Running)])
    first, second = (backend.call(op.FLOW_RUN_CLAIM, claim) for _ in range(2))
    assert lease_of(first).fence == lease_of(second).fence
    assert len(backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)).items) == 3
    with pytest.raises(Held):
        backend.call(op.FLOW_RUN_CLAIM, msgspec.structs.replace(claim, states=[state(Pending)]))


def test_background_tasks_claimed_twice_by_one_request_are_the_same(backend: Backend) -> None:
    for _ in range(3):
        backend.call(
            op.TASK_RUN_ENQUEUE,
            q.Enqueue(
                id=new_id(), name="t", task_name="t", task_key="t-1", state=state(Scheduled, at=now()), inputs_ref="x"
            ),
        )
    request = q.ClaimTasks(task_keys=["t-1"], lease=q.LeaseRequest(holder=this_holder()), limit=2, id=new_id())
    first, again = (backend.call(op.TASK_RUN_CLAIM, request).items for _ in range(2))
    assert len(first) == 2
    assert [(run.id, lease.fence) for run, lease in first] == [(run.id, lease.fence) for run, lease in again]
    rest = backend.call(op.TASK_RUN_CLAIM, msgspec.structs.replace(request, id=new_id())).items
    assert {run.id for run, _ in rest}.isdisjoint({run.id for run, _ in first})
    assert len(rest) == 1


def test_a_variable_made_twice_by_one_request_is_made_once(backend: Backend) -> None:
    request = q.SetVariable(id=new_id(), name="v", value=1)
    assert backend.call(op.VARIABLE_SET, request) == backend.call(op.VARIABLE_SET, request)
    with pytest.raises(AlreadyExists):
        backend.call(op.VARIABLE_SET, msgspec.structs.replace(request, id=new_id()))


def test_an_end_proposed_twice_is_entered_once(backend: Backend) -> None:
    run = start(backend).run
    end = state(Completed)
    assert [propose(backend, run.id, end, fence=1).status for _ in range(2)] == ["accept", "accept"]
    assert len(backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)).items) == 3
