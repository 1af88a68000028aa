"""Whose name a state, a run and an event bear, where keys say who asks: no client can claim another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec
import pytest

from segue.backend.open import connect_backend
from segue.backend.remote import RemoteBackend
from segue.host.ids import new_id
from segue.model.callers import Caller
from segue.model.events import Event
from segue.model.records import EventTold
from segue.model.states import Actor, Cancelled, Cancelling, Completed, Failed, Pending, Running
from segue.wire import events as e
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import lease_of, made, moved, propose, start, state
from tests.integration.server.house import House

EVE = Actor(kind="user", name="eve", means="cli")


@pytest.fixture
def desk_of(house: House) -> Iterator[Callable[[str], RemoteBackend]]:
    """Return what somebody reports with, whose programs all claim to be eve."""
    with ExitStack() as stack:

        def desk(name: str) -> RemoteBackend:
            house.user(name, "operator")
            key = house.key("laptop", user=name).key
            backend = connect_backend(
                house.api, key=key, home=str(house.home / name), caller=lambda: Caller(actor=EVE, reason="it was late")
            )
            stack.callback(backend.close)
            return backend

        yield desk


def names(backend: RemoteBackend, id: str) -> list[str | None]:
    rows = backend.call(op.FLOW_RUN_HISTORY, q.ById(id)).items
    return [row.state.actor.name if row.state.actor is not None else None for row in rows]


def test_a_run_is_its_makers(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob = desk_of("bob")
    grant = start(bob, states=[state(Pending, actor=EVE), state(Running)], created_by=EVE)
    assert grant.run.created_by == Actor(kind="user", name="bob", means="cli")
    assert names(bob, grant.run.id) == ["bob", None]
    unnamed = start(bob)
    assert unnamed.run.created_by is not None
    assert unnamed.run.created_by.name == "bob"


def test_two_people_who_cancel_are_two_names(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob, carl = desk_of("bob"), desk_of("carl")
    for backend, name in ((bob, "bob"), (carl, "carl")):
        run = start(bob, leased=False, states=[state(Pending)]).run
        verdict = propose(backend, run.id, state(Cancelling, actor=EVE))
        assert isinstance(verdict.state, Cancelled)
        assert verdict.state.actor == Actor(kind="user", name=name, means="cli")
        assert verdict.state.message == "it was late"


def test_whoever_runs_may_name_who_asked_it_to_stop_and_nobody_else(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob, carl = desk_of("bob"), desk_of("carl")
    grant = start(bob)
    asked = propose(carl, grant.run.id, state(Cancelling)).state
    assert asked.actor is not None
    assert asked.actor.name == "carl"
    stream = bob.stream(lease_of(grant))
    task = made(grant.run.id)
    stream.put(task)
    stream.put(moved(task, state(Cancelled, actor=asked.actor)))
    other = made(grant.run.id, state=state(Pending, actor=EVE))
    stream.put(other)
    bob.flush()
    ended = propose(bob, grant.run.id, state(Cancelled, actor=asked.actor), fence=lease_of(grant).fence)
    assert ended.state.actor == asked.actor
    tasks = {task.id: bob.call(op.TASK_RUN_HISTORY, q.ById(task.id)).items for task in (task, other)}
    assert tasks[task.id][-1].state.actor == asked.actor
    first = tasks[other.id][0].state.actor
    assert first is not None
    assert first.name == "bob"


def test_an_end_that_names_somebody_else_names_who_told_it(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob = desk_of("bob")
    grant = start(bob)
    ended = propose(bob, grant.run.id, state(Completed, actor=EVE), fence=lease_of(grant).fence)
    assert ended.state.actor == Actor(kind="user", name="bob", means="cli")


def test_a_start_by_somebody_else_is_theirs(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob, carl = desk_of("bob"), desk_of("carl")
    run = start(bob, leased=False, states=[state(Pending)]).run
    lease = q.LeaseRequest(holder=msgspec.convert({**_holder()}, q.Holder))
    carl.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=lease, states=[state(Pending, actor=EVE)]))
    assert names(bob, run.id) == [None, "carl"]


def _holder() -> dict[str, object]:
    return {"host": "elsewhere", "boot": "1", "pid_namespace": "1", "pid": 1, "started": "1"}


def test_a_task_run_that_is_moved_from_outside_says_by_whom(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob, carl = desk_of("bob"), desk_of("carl")
    waiting = state(Pending, actor=EVE)
    request = q.Enqueue(id=new_id(), name="t", task_name="t", task_key="t-1", state=waiting, inputs_ref="x")
    task = bob.call(op.TASK_RUN_ENQUEUE, request)
    carl.call(op.TASK_RUN_PROPOSE, q.TaskProposal(id=task.id, state=state(Failed, actor=EVE), force=True))
    rows = bob.call(op.TASK_RUN_HISTORY, q.ById(task.id)).items
    assert [row.state.actor.name for row in rows if row.state.actor is not None] == ["bob", "carl"]


def test_events_are_told_by_who_tells_them(desk_of: Callable[[str], RemoteBackend]) -> None:
    bob = desk_of("bob")
    grant = start(bob)
    event = Event(
        id=new_id(), event="orders.arrived", occurred=grant.run.created, resource={"segue.resource.id": "o"}, actor=EVE
    )
    stream = bob.stream(lease_of(grant))
    stream.put(EventTold(event))
    bob.flush()
    found = bob.call(e.EVENT_LIST, e.EventQuery(names=["orders.arrived"])).items
    assert [each.actor for each in found] == [Actor(kind="user", name="bob", means="cli")]
