from __future__ import annotations

import threading

import pytest

from segue.backend.protocol import Backend
from segue.decide.slots import Granted, Queued, Refused, Room, claim
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SegueError
from segue.model.slots import Limit, SlotHolder
from segue.model.states import Completed
from segue.wire import events as e
from segue.wire import slots as w
from segue.wire.requests import ByName
from tests.conformance.making import lease_of, propose, start, state


def make(backend: Backend, name: str = "db", limit: int = 1, **facts: object) -> Limit:
    return backend.call(w.LIMIT_CREATE, w.NewLimit(id=new_id(), name=name, limit=limit, **facts))  # type: ignore[arg-type]


def ask(backend: Backend, *names: str, id: str | None = None, **facts: object) -> tuple[str, w.Slots]:
    id = id or new_id()
    return id, backend.call(w.SLOTS_TAKE, w.TakeSlots(id=id, names=list(names), **facts))  # type: ignore[arg-type]


def active(backend: Backend, name: str = "db") -> int:
    return backend.call(w.LIMIT_READ, ByName(name)).active_slots


def test_a_limit_is_made_changed_read_and_deleted(backend: Backend) -> None:
    limit = make(backend, limit=2)
    assert (limit.limit, limit.active, limit.active_slots, limit.slot_decay_per_second) == (2, True, 0, 0.0)
    with pytest.raises(AlreadyExists):
        make(backend)
    again = w.NewLimit(id=limit.id, name="db", limit=2)
    assert backend.call(w.LIMIT_CREATE, again) == limit
    edited = backend.call(w.LIMIT_EDIT, w.LimitEdit(name="db", new_name="store", limit=5, active=False))
    assert (edited.id, edited.name, edited.limit, edited.active) == (limit.id, "store", 5, False)
    make(backend, "tag:etl")
    assert [each.name for each in backend.call(w.LIMIT_LIST, w.LimitQuery()).items] == ["store", "tag:etl"]
    assert [each.name for each in backend.call(w.LIMIT_LIST, w.LimitQuery(of_tags=True)).items] == ["tag:etl"]
    assert backend.call(w.LIMIT_COUNT, w.LimitQuery(of_tags=False)).count == 1
    backend.call(w.LIMIT_DELETE, ByName("store"))
    with pytest.raises(NotFound):
        backend.call(w.LIMIT_READ, ByName("store"))


@pytest.mark.parametrize(
    "facts",
    [
        {"name": ""},
        {"name": "a/b"},
        {"limit": -1},
        {"slot_decay_per_second": -1.0},
        {"name": "tag:x", "slot_decay_per_second": 1.0},
    ],
)
def test_what_is_no_limit_is_refused(backend: Backend, facts: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        make(backend, **facts)  # type: ignore[arg-type]


def test_slots_are_held_given_back_and_never_more_than_there_are(backend: Backend) -> None:
    make(backend, limit=2)
    first, got = ask(backend, "db")
    assert got.held
    assert ask(backend, "db", id=first)[1].held, "asked again, it is the same claim"
    second, _ = ask(backend, "db", holder=SlotHolder(type="script", id="x"))
    third, waits = ask(backend, "db")
    assert (waits.held, waits.waiting_for, active(backend)) == (False, "db", 2)
    limit = backend.call(w.LIMIT_READ, ByName("db"))
    assert [each.id for each in limit.holders] == [first, second]
    assert limit.holders[1].holder == SlotHolder(type="script", id="x")
    assert [each.id for each in limit.waiters] == [third]
    backend.call(w.SLOTS_FREE, w.Slot(first))
    backend.flush()
    assert ask(backend, "db", id=third)[1].held
    assert active(backend) == 2


def test_who_came_first_is_served_first_and_takes_all_or_nothing(backend: Backend) -> None:
    make(backend, "a")
    make(backend, "b")
    held, _ = ask(backend, "a")
    both, waits = ask(backend, "a", "b")
    assert waits == w.Slots(held=False, waiting_for="a")
    later, queued = ask(backend, "b")
    assert (queued.held, queued.waiting_for, queued.ahead) == (False, "b", 1)
    backend.call(w.SLOTS_FREE, w.Slot(held))
    backend.flush()
    assert not ask(backend, "b", id=later)[1].held
    assert ask(backend, "a", "b", id=both)[1].held
    backend.call(w.SLOTS_FREE, w.Slot(both))
    backend.flush()
    assert ask(backend, "b", id=later)[1].held


def test_the_end_of_a_run_frees_what_it_held_and_its_place_in_the_queue(backend: Backend) -> None:
    make(backend)
    runs = [start(backend) for _ in range(2)]
    leases = [lease_of(run).id for run in runs]
    ask(backend, "db", lease_id=leases[0])
    ask(backend, "db", lease_id=leases[1])
    other, _ = ask(backend, "db")
    for run in reversed(runs):
        propose(backend, run.run.id, state(Completed), fence=1)
    assert ask(backend, "db", id=other)[1].held
    with pytest.raises(NotFound):
        ask(backend, "db", lease_id=leases[0])


def test_limits_that_are_off_or_missing_hold_nobody_up(backend: Backend) -> None:
    make(backend, "off", 0, active=False)
    assert ask(backend, "off", "missing")[1].held
    with pytest.raises(NotFound, match=r"Concurrency limits \['missing'\] must be created before acquiring slots"):
        ask(backend, "off", "missing", strict=True)
    make(backend, "none", 0)
    with pytest.raises(SegueError, match="Slots requested is greater than the limit"):
        ask(backend, "none")
    with pytest.raises(SegueError, match="do not have a decay configured: 'none'"):
        ask(backend, "none", mode="rate_limit")


def test_rate_limits_let_through_what_has_decayed(backend: Backend) -> None:
    make(backend, "api", 2, slot_decay_per_second=0.001)
    assert [ask(backend, "api", mode="rate_limit")[1].held for _ in range(2)] == [True, True]
    waits = ask(backend, "api", mode="rate_limit")[1]
    assert not waits.held
    assert 900 < (waits.seconds or 0) <= 1000
    assert active(backend, "api") == 2
    assert backend.call(w.LIMIT_RESET, w.ResetLimit(name="api")).active_slots == 0
    assert ask(backend, "api", mode="rate_limit")[1].held


def test_many_at_once_get_no_more_than_there_are(backend: Backend) -> None:
    make(backend, limit=3)
    answers: list[w.Slots] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(backend, "db")[1])) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer.held for answer in answers) == active(backend) == 3


def test_taking_and_giving_back_are_events(backend: Backend) -> None:
    make(backend)
    id, _ = ask(backend, "db")
    backend.call(w.SLOTS_FREE, w.Slot(id))
    backend.flush()
    found = backend.call(e.EVENT_LIST, e.EventQuery(names=["segue.concurrency-limit.*"], sort="seq")).items
    assert [event.event.rpartition(".")[2] for event in found] == ["created", "acquired", "released"]


def test_the_rule() -> None:
    room = Room(name="a", slots=3, taken=1)
    assert claim([], slots=1, rate=False) == Granted()
    assert claim([room], slots=2, rate=False) == Granted()
    assert claim([room], slots=3, rate=False) == Queued("a", 0)
    assert isinstance(claim([room], slots=4, rate=False), Refused)
    assert isinstance(claim([room], slots=0, rate=False), Refused)
    assert claim([Room(name="a", slots=3, ahead=2)], slots=1, rate=False) == Queued("a", 2)
    assert claim([Room(name="a", slots=0, active=False)], slots=1, rate=False) == Granted()
    assert claim([Room(name="a", slots=2, decay=0.5, taken=2)], slots=1, rate=True) == Queued("a", 0, 2.0)
