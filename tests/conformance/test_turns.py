"""Whoever waits for a slot is told when it is his turn: the first of each limit alone, and only once it would be granted."""

from __future__ import annotations

import threading

import msgspec
import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.wire import leases
from segue.wire import requests as q
from segue.wire import slots as s
from segue.wire.operations import LEASE_LIST
from tests.conformance.making import dead_holder, start


def limit(backend: Backend, name: str, slots: int = 1) -> None:
    backend.call(s.LIMIT_CREATE, s.NewLimit(id=new_id(), name=name, limit=slots))


def asks(backend: Backend, *names: str, holder: q.Holder | None = None, slots: int = 1) -> s.TakeSlots:
    lease = q.LeaseRequest(holder=holder or this_holder())
    run = start(backend, lease=lease).run
    request = s.TakeSlots(id=new_id(), names=list(names), lease_id=run.id, slots=slots)
    backend.call(s.SLOTS_TAKE, request)
    return request


def free(backend: Backend, request: s.TakeSlots) -> None:
    backend.call(s.SLOTS_FREE, s.Slot(request.id))


def turns(backend: Backend, *known: s.TakeSlots, seconds: float = 0.0) -> list[str]:
    question = leases.Listen(holder=this_holder(), turns=[each.id for each in known], seconds=seconds)
    return backend.call(leases.LEASE_LISTEN, question).turns


def test_the_first_in_the_queue_is_told_and_told_once(backend: Backend) -> None:
    limit(backend, "db")
    held, first, second = (asks(backend, "db") for _ in range(3))
    assert turns(backend) == []
    free(backend, held)
    assert turns(backend) == [first.id]
    assert turns(backend, first) == []
    assert backend.call(s.SLOTS_TAKE, first).held
    assert turns(backend) == []
    free(backend, first)
    assert turns(backend) == [second.id]


def test_who_waits_for_two_limits_is_told_when_both_have_room(backend: Backend) -> None:
    limit(backend, "db")
    limit(backend, "api", 2)
    db, api = asks(backend, "db"), asks(backend, "api", slots=2)
    both = asks(backend, "db", "api")
    for each in (db, api):
        assert turns(backend) == []
        free(backend, each)
    assert turns(backend) == [both.id]


def test_what_can_be_granted_no_more_is_told_as_well_and_others_hear_nothing(backend: Backend) -> None:
    limit(backend, "db", 2)
    held = asks(backend, "db", slots=2)
    waits, elsewhere = asks(backend, "db", slots=2), asks(backend, "db", holder=dead_holder())
    backend.call(s.LIMIT_EDIT, s.LimitEdit(name="db", limit=1))
    assert turns(backend) == [waits.id]
    backend.call(s.LIMIT_EDIT, s.LimitEdit(name="db", limit=2, active=False))
    assert turns(backend) == [waits.id]
    backend.call(s.LIMIT_EDIT, s.LimitEdit(name="db", active=True))
    free(backend, held)
    free(backend, waits)
    # It is another process that waits now.
    assert turns(backend) == []
    assert elsewhere.lease_id is not None
    other = leases.Listen(holder=_holder_of(backend, elsewhere.lease_id))
    assert backend.call(leases.LEASE_LISTEN, other).turns == [elsewhere.id]


def _holder_of(backend: Backend, id: str) -> q.Holder:
    return next(each.holder for each in backend.call(LEASE_LIST, q.Nothing()).items if each.id == id)


@pytest.mark.parametrize("url", ["remote"], indirect=True)
def test_a_server_tells_it_at_once(backend: Backend, second: Backend) -> None:
    limit(backend, "db")
    held, waits = asks(backend, "db"), asks(backend, "db")
    told: list[list[str]] = []
    thread = threading.Thread(target=lambda: told.append(turns(backend, seconds=30.0)))
    thread.start()
    free(second, held)
    thread.join()
    assert told == [[waits.id]]
    assert msgspec.to_builtins(leases.News()) == {}
