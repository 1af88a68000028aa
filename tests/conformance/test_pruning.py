"""What is past its keep time goes, a slice at a time, and by itself once a day."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import this_holder
from segue.backend.janitor import Janitor, tidy
from segue.backend.open import open_backend
from segue.backend.protocol import Backend
from segue.backend.pruner import prune
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.callers import Caller
from segue.model.records import LogLine
from segue.model.settings import Retention
from segue.model.states import Actor, Completed, Crashed, Pending, Running, State
from segue.service import pruning
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from segue.wire.events import EVENT_LIST, EventQuery
from tests.conformance.making import dead_holder, kinds, lease_of, made, moved, propose, start, state
from tests.faults.processes import until

MONTH = timedelta(days=30)
EVERYTHING = q.Prune(logs=MONTH, events=MONTH, task_runs=MONTH, flow_runs=MONTH, artifacts=MONTH)
OLD = timedelta(days=400)
ELSEWHERE = q.Holder(host="far", boot="", pid_namespace="", pid=1, started="")


def id_of(when: datetime) -> str:
    """Return an id as it would have been made at an instant."""
    milliseconds = f"{int(when.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}{new_id()[13:]}"


def run_at(backend: Backend, when: datetime, *, tasks: int = 1, last: type = Completed, step: bool = False) -> str:
    """Record a run of that time with its tasks, each with a line, and return its id."""
    states: list[State] = [state(Pending, timestamp=when), state(Running, timestamp=when + timedelta(seconds=1))]
    grant = start(backend, id=id_of(when), states=states, durable=step)
    stream = backend.stream(lease_of(grant))
    for number in range(tasks):
        task = made(
            grant.run.id, id=id_of(when), state=state(Pending, timestamp=when), step=str(number) if step else None
        )
        stream.put(task)
        stream.put(moved(task, state(Completed, timestamp=when)))
        stream.put(LogLine(when, 20, "x", "line", grant.run.id, task.id))
    stream.flush()
    propose(backend, grant.run.id, state(last, timestamp=when + timedelta(seconds=2)), fence=1)
    stream.close()
    return grant.run.id


def rows(backend: Backend) -> dict[str, int]:
    """Count what there is."""
    found = backend.call(op.UPKEEP_STATS, q.Nothing()).rows
    return {table: found[table] for table in ("flow_run", "task_run", "state_row", "log", "artifact")}


def told(backend: Backend) -> list[tuple[str | None, dict[str, object]]]:
    """Return who pruned what, as the feed tells it, newest first."""
    found = backend.call(EVENT_LIST, EventQuery(names=["segue.database.pruned"])).items
    return [(event.actor.name if event.actor else None, event.payload or {}) for event in found]


def a_day_later(backend: EmbeddedBackend, **known: object) -> None:
    """Let the database have been tidied last two days ago."""
    at = {"last": now() - timedelta(days=2), **known}
    backend.flush()
    writer = backend._opened().writer()
    writer.begin()
    writer.run("meta_put", key="tidiness", value=msgspec.json.encode(q.Tidiness(**at)).decode())  # type: ignore[arg-type]
    writer.commit()
    writer.close()


def at_once(_seconds: float) -> None:
    """Wait for nothing between slices."""


def test_old_rows_go_and_the_rest_stays(backend: Backend) -> None:
    old, young = run_at(backend, now() - OLD), run_at(backend, now())
    ask = q.Prune(logs=MONTH, events=MONTH)
    # Pending of the task; Pending and Running of the run. What is the present state of a run is kept with the run.
    assert backend.call(op.UPKEEP_PRUNABLE, ask) == q.Pruned(logs=1, events=3)
    assert prune(backend, ask) == q.Pruned(logs=1, events=3)
    assert backend.call(op.UPKEEP_PRUNABLE, ask) == q.Pruned()
    assert kinds(backend, old) == ["COMPLETED"]
    assert kinds(backend, young) == ["PENDING", "RUNNING", "COMPLETED"]
    everything = q.Prune(task_runs=MONTH, flow_runs=MONTH, artifacts=MONTH)
    assert prune(backend, everything) == q.Pruned(task_runs=1, flow_runs=1)
    assert [run.id for run in backend.call(op.FLOW_RUN_LIST, queries.RunQuery()).items] == [young]
    # Two more: what was deleted, each time; and that is told for good.
    assert rows(backend) == {"flow_run": 1, "task_run": 1, "state_row": 7, "log": 1, "artifact": 0}
    (second, first), nothing = told(backend), dict.fromkeys(q.Pruned.__struct_fields__, 0)
    assert first[1] == {**nothing, "logs": 1, "events": 3, "older_than": {"logs": "P30D", "events": "P30D"}}
    assert (second[1]["task_runs"], second[1]["flow_runs"]) == (1, 1)
    assert prune(backend, q.Prune(events=timedelta(0))).events == 2
    assert len(told(backend)) == 3


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_any_number_of_rows_goes_in_slices(backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LINES", "TASK_RUNS", "FLOW_RUNS"):
        monkeypatch.setattr(pruning, name, 3)
    runs = [run_at(backend, now() - OLD + timedelta(minutes=number), tasks=4) for number in range(5)]
    kept = run_at(backend, now(), tasks=4)
    expected = q.Pruned(logs=20, events=30, task_runs=20, flow_runs=5)
    assert backend.call(op.UPKEEP_PRUNABLE, EVERYTHING) == expected
    before = backend.metrics().operations
    assert prune(backend, EVERYTHING) == expected
    assert backend.metrics().operations - before >= 7 + 10 + 7 + 2
    assert rows(backend) == {"flow_run": 1, "task_run": 4, "state_row": 12, "log": 4, "artifact": 0}
    assert [payload["task_runs"] for _, payload in told(backend)] == [20]
    assert len(runs) == 5
    assert kinds(backend, kept) == ["PENDING", "RUNNING", "COMPLETED"]


def test_a_large_run_goes_piece_by_piece(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LINES", "TASK_RUNS"):
        monkeypatch.setattr(pruning, name, 3)
    run_at(backend, now() - OLD, tasks=10)
    assert prune(backend, q.Prune(flow_runs=MONTH)) == q.Pruned(task_runs=10, flow_runs=1)
    assert rows(backend) == {"flow_run": 0, "task_run": 0, "state_row": 1, "log": 0, "artifact": 0}


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_what_was_begun_in_one_name_is_told_in_that_name(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "LINES", 1)
    callers = [
        Caller(actor=Actor(kind="user", name="ada"), reason="the disk is nearly full"),
        Caller(actor=Actor(kind="user", name="bob")),
    ]
    backend = open_backend(url, tmp_path, caller=lambda: callers[0])
    run_at(backend, now() - OLD, tasks=3)
    ask = q.Prune(logs=MONTH)
    for _ in range(2):
        backend.call(op.UPKEEP_PRUNE, ask)
    assert told(backend) == []
    callers.pop(0)
    prune(backend, ask)
    events = backend.call(EVENT_LIST, EventQuery(names=["segue.database.pruned"])).items
    backend.close()
    seen = [(event.actor and event.actor.name, event.reason, (event.payload or {})["logs"]) for event in events]
    assert seen == [("bob", None, 1), ("ada", "the disk is nearly full", 2)]


def test_the_steps_of_a_durable_run_stay_while_it_can_go_on(backend: Backend) -> None:
    when = now() - timedelta(days=100)
    lost = run_at(backend, when, tasks=2, last=Crashed, step=True)
    run_at(backend, when, tasks=2, step=True)
    keep = q.Prune(task_runs=MONTH)
    assert backend.call(op.UPKEEP_PRUNABLE, keep) == q.Pruned(task_runs=2)
    assert prune(backend, keep) == q.Pruned(task_runs=2)
    left = backend.call(op.TASK_RUN_LIST, queries.RunQuery()).items
    assert [task.flow_run_id for task in left] == [lost, lost]
    # They go with their run.
    assert prune(backend, q.Prune(flow_runs=MONTH)) == q.Pruned(task_runs=2, flow_runs=2)


def test_a_new_database_has_a_day(backend: Backend) -> None:
    read = backend.call(op.UPKEEP_TIDINESS, q.Nothing())
    assert not read.due
    assert read.known.last is not None
    # On PostgreSQL it is a copy of one that was made when the tests began.
    assert now() - timedelta(hours=12) < read.known.last <= now() + timedelta(minutes=5)
    assert not tidy(backend, Retention(), pause=at_once)


def test_it_is_done_once_a_day_by_one_process(
    backend: Backend, beneath: EmbeddedBackend, second: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "LINES", 1)
    run_at(backend, now() - OLD)
    a_day_later(beneath)
    others: list[bool] = []

    def meanwhile(_seconds: float) -> None:
        # Whoever else looks, now or when it is done, finds it taken.
        others.append(second.call(op.UPKEEP_TIDY_CLAIM, q.ClaimTidying(holder=dead_holder())).granted)

    assert tidy(backend, Retention(), pause=meanwhile)
    assert others
    assert not any(others)
    read = second.call(op.UPKEEP_TIDINESS, q.Nothing())
    assert not read.due
    deleted = q.Pruned(logs=1, events=3, task_runs=1, flow_runs=1)
    assert (read.known.deleted, read.known.holder) == (deleted, None)
    ((by, payload),) = told(backend)
    assert by == "janitor"
    assert {**payload, **msgspec.structs.asdict(deleted)} == payload
    assert not tidy(second, Retention(), pause=at_once)


def test_what_a_killed_process_began_the_next_one_ends(backend: Backend, beneath: EmbeddedBackend) -> None:
    run_at(backend, now() - OLD)
    a_day_later(beneath, holder=ELSEWHERE, until=now() + timedelta(minutes=1))
    assert not tidy(backend, Retention(), pause=at_once)
    a_day_later(beneath, holder=ELSEWHERE, until=now() - timedelta(minutes=1))
    assert tidy(backend, Retention(logs_days=None), pause=at_once)
    a_day_later(beneath, holder=dead_holder(), until=now() + timedelta(minutes=1), deleted=q.Pruned(logs=7))
    assert tidy(backend, Retention(), pause=at_once)
    assert backend.call(op.UPKEEP_TIDINESS, q.Nothing()).known.deleted == q.Pruned(logs=7)


def test_who_lost_the_claim_stops(backend: Backend, beneath: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "LINES", 1)
    run_at(backend, now() - OLD, tasks=5)
    a_day_later(beneath)

    def taken(_seconds: float) -> None:
        a_day_later(beneath, holder=ELSEWHERE, until=now() + timedelta(minutes=1))

    assert tidy(backend, Retention(), pause=taken)
    assert rows(backend)["log"] == 4
    assert backend.call(op.UPKEEP_TIDINESS, q.Nothing()).known.holder == ELSEWHERE


def test_who_works_keeps_the_claim(backend: Backend, beneath: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "LINES", 1)
    run_at(backend, now() - OLD)
    a_day_later(beneath, holder=this_holder(), until=now() - timedelta(seconds=1))
    ask = q.Tidy(holder=this_holder(), keep=EVERYTHING)
    assert backend.call(op.UPKEEP_TIDY, ask).more
    known = backend.call(op.UPKEEP_TIDINESS, q.Nothing()).known
    assert known.until is not None
    assert known.until > now()


def test_a_janitor_works_beside_the_process(backend: Backend, beneath: EmbeddedBackend) -> None:
    run_at(backend, now() - OLD)
    a_day_later(beneath)
    forever = Janitor(backend, Retention(**dict.fromkeys(Retention.__struct_fields__)))
    forever.look()
    assert backend.call(op.UPKEEP_TIDINESS, q.Nothing()).due
    assert "segue-janitor" not in [thread.name for thread in threading.enumerate()]
    janitor = Janitor(backend, Retention())
    janitor.look()
    until(lambda: not backend.call(op.UPKEEP_TIDINESS, q.Nothing()).due)
    assert rows(backend)["flow_run"] == 0
    # For an hour it does not even look.
    a_day_later(beneath)
    janitor.look()
    assert backend.call(op.UPKEEP_TIDINESS, q.Nothing()).due


def test_a_database_that_is_away_harms_nobody(backend: Backend, beneath: EmbeddedBackend) -> None:
    a_day_later(beneath)
    janitor = Janitor(backend, Retention())
    backend.close()
    janitor.look()
    janitor._work()
