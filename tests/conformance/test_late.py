"""Scheduled runs that nobody begins are named Late: in time, once, and told like every other state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.states import Completed, Running, Scheduled
from segue.server.loops.late_marker import LateMarker
from segue.wire import events as w
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from segue.wire.late import LATE_MARK, MarkLate
from tests.conformance.making import kinds, propose, read, start, state

MINUTE = timedelta(minutes=1)


def due(backend: Backend, ago: timedelta, **fields: object) -> str:
    return start(backend, leased=False, states=[state(Scheduled, at=now() - ago, **fields)]).run.id


def names(backend: Backend, id: str) -> list[str]:
    return [row.state.name for row in backend.call(op.FLOW_RUN_HISTORY, q.ById(id)).items]


def test_a_run_is_late_after_the_given_time_and_says_so_once(backend: Backend) -> None:
    late, soon, later = due(backend, MINUTE), due(backend, timedelta(seconds=10)), due(backend, -MINUTE)
    at = read(backend, late).state
    marker = LateMarker(backend, after=15)
    for _ in range(3):
        marker.turn()
    assert names(backend, late) == ["Scheduled", "Late"]
    assert names(backend, soon) == names(backend, later) == ["Scheduled"]
    marked = read(backend, late).state
    assert isinstance(marked, Scheduled)
    assert isinstance(at, Scheduled)
    assert marked.at == at.at
    assert marked.actor is not None
    assert marked.actor.name == "late marker"
    (event,) = backend.call(w.EVENT_LIST, w.EventQuery(names=["segue.flow-run.Late"])).items
    assert event.resource["segue.resource.id"] == f"segue.flow-run.{late}"


def test_what_waits_for_something_else_keeps_the_name_that_says_so(backend: Backend) -> None:
    waiting = [due(backend, MINUTE, name=name) for name in ("AwaitingRetry", "AwaitingConcurrencySlot", "Mine")]
    LateMarker(backend, after=0).turn()
    assert [names(backend, id) for id in waiting] == [["AwaitingRetry"], ["AwaitingConcurrencySlot"], ["Mine"]]


def test_a_late_run_can_be_begun_and_a_begun_one_is_not_late(backend: Backend) -> None:
    late, begun = due(backend, MINUTE), due(backend, MINUTE)
    propose(backend, begun, state(Running))
    assert backend.call(LATE_MARK, MarkLate(ids=[late, begun, "no-such-run"], after=15)).ids == [late]
    assert propose(backend, late, state(Running)).status == "accept"
    assert propose(backend, late, state(Completed)).status == "accept"
    assert kinds(backend, late) == ["SCHEDULED", "SCHEDULED", "RUNNING", "COMPLETED"]
    assert kinds(backend, begun) == ["SCHEDULED", "RUNNING"]


def test_a_run_scheduled_anew_is_late_anew(backend: Backend) -> None:
    run = due(backend, MINUTE)
    marker = LateMarker(backend, after=15)
    marker.turn()
    propose(backend, run, state(Scheduled, at=now() - MINUTE))
    marker.turn()
    assert names(backend, run) == ["Scheduled", "Late", "Scheduled", "Late"]


def test_many_at_once_by_several_markers_are_each_marked_once(opener: Callable[[], Backend], backend: Backend) -> None:
    runs = {due(backend, MINUTE) for _ in range(250)}
    backends = [opener() for _ in range(3)]
    failed: list[BaseException] = []

    def work(marker: LateMarker) -> None:
        try:
            marker.turn()
        except BaseException as problem:
            failed.append(problem)
            raise

    threads = [threading.Thread(target=work, args=(LateMarker(each, after=15),)) for each in backends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in backends:
        each.close()
    assert failed == []
    query = w.EventQuery(names=["segue.flow-run.Late"], limit=1_000)
    told = [event.resource["segue.resource.id"] for event in backend.call(w.EVENT_LIST, query).items]
    assert sorted(told) == sorted(f"segue.flow-run.{id}" for id in runs)


def test_late_runs_are_found_by_their_name(backend: Backend) -> None:
    run = due(backend, MINUTE)
    LateMarker(backend, after=15).turn()
    found = backend.call(op.FLOW_RUN_LIST, queries.RunQuery(where=queries.RunFilter(state_names=["Late"]))).items
    assert [each.id for each in found] == [run]
