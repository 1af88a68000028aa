"""A run that waits for a worker names every gate between it and the worker that is shut, and who keeps it shut."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.states import Scheduled
from segue.model.waiting import Gate
from segue.wire import pools as p
from segue.wire import workers as w
from segue.wire.requests import ById
from segue.wire.waits import FLOW_RUN_WAITS
from tests.conformance.making import propose, state
from tests.conformance.test_claiming import claim, deploy, end, read, run

HOUR = timedelta(hours=1)


@pytest.fixture
def pool(backend: Backend) -> Backend:
    backend.call(p.POOL_CREATE, p.NewWorkPool(name="here"))
    return backend


def beat(backend: Backend, name: str = "ann", **facts: object) -> str:
    return backend.call(w.WORKER_BEAT, w.WorkerBeat(work_pool_name="here", name=name, **facts)).id  # type: ignore[arg-type]  # facts of a beat


def why(backend: Backend, id: str) -> list[Gate]:
    return backend.call(FLOW_RUN_WAITS, ById(id)).items


def told(gates: list[Gate]) -> list[tuple[str, str]]:
    return [(gate.kind, gate.what) for gate in gates]


def keepers(gate: Gate) -> list[tuple[str, str]]:
    return [(each.type, each.name) for each in gate.keepers]


def test_without_a_worker_none_is_there_until_one_beats(pool: Backend) -> None:
    id = run(pool, deploy(pool))
    assert told(why(pool, id)) == [("worker", "a worker of work pool here: none is there")]
    beat(pool, "bob", work_queue_names=["another"])
    assert [gate.kind for gate in why(pool, id)] == ["worker"]
    beat(pool)
    (gate,) = why(pool, id)
    assert (gate.kind, keepers(gate)) == ("claim", [("worker", "ann")])
    assert "to take it, which may be any moment: ann" in gate.what
    pool.call(w.WORKER_LEAVE, w.WorkerRef("here", "ann"))
    (gate,) = why(pool, id)
    assert (gate.kind, keepers(gate)) == ("worker", [("worker", "ann")])


def test_what_is_paused_is_named(pool: Backend) -> None:
    beat(pool)
    id = run(pool, deploy(pool))
    pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", is_paused=True))
    pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", is_paused=True))
    assert told(why(pool, id)) == [
        ("paused", "work pool here to be resumed: it is paused"),
        ("paused", "work queue here/default to be resumed: it is paused"),
    ]
    pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", is_paused=False))
    assert [gate.what.split()[1] for gate in why(pool, id)] == ["queue"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("pool", "a slot of work pool here (1 of 1 taken)"),
        ("queue", "a slot of work queue here/default (1 of 1 taken)"),
        ("deployment", "a slot of deployment hello/d (1 of 1 taken)"),
    ],
)
def test_a_limit_that_is_full_names_who_holds_it(pool: Backend, what: str, words: str) -> None:
    beat(pool)
    deployment = deploy(pool, concurrency_limit=1 if what == "deployment" else None)
    if what == "pool":
        pool.call(p.POOL_EDIT, p.EditWorkPool(name="here", concurrency_limit=1))
    if what == "queue":
        pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", concurrency_limit=1))
    holder, next_, last = (run(pool, deployment) for _ in range(3))
    (held,) = claim(pool)
    assert held.run.id == holder
    (gate,) = why(pool, next_)
    assert (gate.kind, gate.what) == ("slot", words)
    assert keepers(gate) == [("flow-run", read(pool, holder).name)]
    gates = why(pool, last)
    assert gates[0].what == words
    # Whoever waits for the same deployment stands in nobody's way elsewhere.
    if what != "deployment":
        assert told(gates[1:]) == [("order", "1 run of its own queue before it")]
        assert (gates[1].ahead, keepers(gates[1])) == (1, [("flow-run", read(pool, next_).name)])
    end(pool, held)
    assert why(pool, next_)[0].kind == "claim"


def test_a_worker_without_room_is_named_with_what_it_runs(pool: Backend) -> None:
    worker = beat(pool, limit=1)
    deployment = deploy(pool)
    _, waits = run(pool, deployment), run(pool, deployment)
    (held,) = claim(pool, 1, worker_id=worker)
    (gate,) = why(pool, waits)
    assert (gate.kind, gate.what) == ("slot", "a worker of work pool here with room (ann runs 1 of 1)")
    assert keepers(gate) == [("worker", "ann")]
    (own,) = why(pool, held.run.id)
    assert own.kind == "start"
    assert keepers(own)[0] == ("worker", "ann")
    beat(pool, "bob")
    assert why(pool, waits)[0].kind == "claim"


def test_queues_of_a_lower_number_come_before(pool: Backend) -> None:
    beat(pool, limit=0)
    pool.call(p.QUEUE_EDIT, p.EditWorkQueue(work_pool_name="here", name="default", priority=5))
    pool.call(p.QUEUE_CREATE, p.NewWorkQueue(work_pool_name="here", name="urgent", priority=1))
    pool.call(p.QUEUE_CREATE, p.NewWorkQueue(work_pool_name="here", name="idle", priority=9))
    slow, fast = run(pool, deploy(pool)), run(pool, deploy(pool, "u", work_queue_name="urgent"))
    gates = why(pool, slow)
    assert told(gates)[1:] == [("order", "1 run of work queue here/urgent before it")]
    assert keepers(gates[1]) == [("flow-run", read(pool, fast).name)]
    assert [gate.kind for gate in why(pool, fast)] == ["slot"]


def test_before_its_time_only_that_is_told_which_time_will_not_open(pool: Backend) -> None:
    deployment = deploy(pool, concurrency_limit=1)
    run(pool, deployment)
    claim(pool)
    later = run(pool, deployment, scheduled_time=now() + HOUR)
    first, second = why(pool, later)
    assert (first.kind, second.kind) == ("time", "worker")
    assert first.until is not None
    beat(pool)
    assert [gate.kind for gate in why(pool, later)] == ["time"]


def test_a_retry_that_nobody_holds_waits_for_its_delay_and_then_for_a_worker(pool: Backend) -> None:
    id = run(pool, deploy(pool))
    (held,) = claim(pool)
    end(pool, held)
    propose(pool, id, state(Scheduled, name="AwaitingRetry", at=now() + HOUR))
    assert [gate.kind for gate in why(pool, id)] == ["attempt", "worker"]
    propose(pool, id, state(Scheduled, name="AwaitingRetry", at=now() - HOUR), force=True)
    assert [gate.kind for gate in why(pool, id)] == ["worker"]


def test_who_is_served_by_a_program_of_its_own_waits_for_that(backend: Backend) -> None:
    id = run(backend, deploy(backend, pool=None))
    (gate,) = why(backend, id)
    assert (gate.kind, gate.what) == ("claim", "the program that serves deployment hello/d: its time has come")
