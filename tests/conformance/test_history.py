from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.runs import FlowRun
from segue.model.states import Completed, Failed, Pending, Running
from segue.wire import events as e
from segue.wire import history as h
from segue.wire import operations as op
from segue.wire.queries import RunFilter, RunQuery
from tests.conformance.making import lease_of, made, moved, start, state

HOUR = timedelta(hours=1)


def run_at(
    backend: Backend,
    at: datetime,
    *,
    flow: str = "hello",
    seconds: float | None = None,
    failed: bool = False,
    caller: FlowRun | None = None,
) -> None:
    """Make a run that was expected at an instant, began a second late, and took so long; open without a length."""
    states = [state(Pending, timestamp=at), state(Running, timestamp=at + timedelta(seconds=1))]
    if seconds is not None:
        end = at + timedelta(seconds=1 + seconds)
        states.append(state(Failed, timestamp=end) if failed else state(Completed, timestamp=end))
    of = {} if caller is None else {"parent_flow_run_id": caller.id, "parent_task_run_id": new_id()}
    start(backend, flow=flow, leased=False, states=states, **of)  # type: ignore[arg-type]  # states of several kinds


@pytest.fixture
def noon() -> datetime:
    return now().replace(minute=0, second=0, microsecond=0) - 30 * HOUR


@pytest.mark.parametrize("where", [RunFilter(), RunFilter(flow_names=["hello"]), RunFilter(name_like="%")])
def test_runs_are_counted_in_every_part_of_a_range(backend: Backend, noon: datetime, where: RunFilter) -> None:
    for minutes, seconds in ((0, 2.0), (59, 4.0), (121, 6.0)):
        run_at(backend, noon + timedelta(minutes=minutes), seconds=seconds)
    run_at(backend, noon + timedelta(minutes=30), seconds=9.0, failed=True)
    run_at(backend, noon + timedelta(minutes=31))
    # Before it begins, and at its end, which is no part of it.
    run_at(backend, noon - timedelta(microseconds=1), seconds=1.0)
    run_at(backend, noon + timedelta(hours=4), seconds=1.0)
    found = backend.call(
        h.FLOW_RUNS_OVER_TIME, h.RunsOverTime(where=where, start=noon, end=noon + 4 * HOUR, bucket=3600)
    )
    assert [part.start for part in found.items] == [noon + n * HOUR for n in range(4)]
    assert [part.total for part in found.items] == [4, 0, 1, 0]
    assert [part.states for part in found.items] == [
        {"RUNNING": 1, "COMPLETED": 2, "FAILED": 1},
        {},
        {"COMPLETED": 1},
        {},
    ]
    assert [part.average for part in found.items] == [5.0, None, 6.0, None]
    assert found.total == 5
    assert found.durations is not None
    assert (found.durations.count, found.durations.average, found.durations.longest) == (4, 5.25, 9.0)
    assert (found.durations.p50, found.durations.p95) == (6.0, 9.0)
    assert found.lateness is not None
    assert (found.lateness.p50, found.lateness.longest) == (1.0, 1.0)


def test_a_filter_holds_and_the_last_part_may_be_shorter(backend: Backend, noon: datetime) -> None:
    run_at(backend, noon, flow="a", seconds=1.0)
    run_at(backend, noon + timedelta(minutes=95), flow="b", seconds=1.0)
    for where, totals in (
        (RunFilter(), [1, 0, 1]),
        (RunFilter(flow_names=["b"]), [0, 0, 1]),
        (RunFilter(names=[]), [0, 0, 0]),
    ):
        asked = h.RunsOverTime(where=where, start=noon, end=noon + timedelta(minutes=100), bucket=2700)
        assert [part.total for part in backend.call(h.FLOW_RUNS_OVER_TIME, asked).items] == totals
    nothing = backend.call(h.FLOW_RUNS_OVER_TIME, h.RunsOverTime(start=noon - 9 * HOUR, end=noon - 8 * HOUR))
    assert (nothing.total, nothing.durations, nothing.lateness) == (0, None, None)
    assert len(nothing.items) == 30


def test_runs_that_others_called_are_counted_apart(backend: Backend, noon: datetime) -> None:
    run_at(backend, noon, seconds=4.0)
    caller = backend.call(op.FLOW_RUN_LIST, RunQuery()).items[0]
    for minutes, took in ((5, 1.0), (70, 2.0)):
        run_at(backend, noon + timedelta(minutes=minutes), seconds=took, caller=caller)

    def told(**where: object) -> list[tuple[int, float | None]]:
        asked = h.RunsOverTime(where=RunFilter(**where), start=noon, end=noon + 2 * HOUR, bucket=3600)  # type: ignore[arg-type]
        return [(part.total, part.average) for part in backend.call(h.FLOW_RUNS_OVER_TIME, asked).items]

    assert told() == [(2, 2.5), (1, 2.0)]
    assert told(top_level=True) == [(1, 4.0), (0, None)]
    assert told(top_level=False) == [(1, 1.0), (1, 2.0)]
    # With any other condition they are grouped, and come out the same.
    assert told(top_level=True, flow_names=["hello"]) == [(1, 4.0), (0, None)]


def test_by_default_it_is_the_last_day_in_parts_that_read_well(backend: Backend) -> None:
    run_at(backend, now() - HOUR, seconds=1.0)
    found = backend.call(h.FLOW_RUNS_OVER_TIME, h.RunsOverTime())
    assert (found.bucket, len(found.items), found.total) == (1800.0, 48, 1)


def test_task_runs_are_counted_too(backend: Backend) -> None:
    began = now()
    grant = start(backend, flow="alpha")
    stream = backend.stream(lease_of(grant))
    tasks = [made(grant.run.id, id=new_id()) for _ in range(3)]
    for task in tasks:
        stream.put(task)
    stream.put(moved(tasks[0], state(Running), start_time=began))
    stream.put(moved(tasks[0], state(Completed), start_time=began, end_time=began + HOUR, total_run_time=3.0))
    stream.flush()
    for where in (RunFilter(), RunFilter(flow_names=["alpha"])):
        found = backend.call(
            h.TASK_RUNS_OVER_TIME, h.RunsOverTime(where=where, start=began - HOUR, end=began + HOUR, bucket=3600)
        )
        assert [part.total for part in found.items] == [0, 3]
        assert found.items[1].states == {"PENDING": 2, "COMPLETED": 1}
        assert found.durations is not None
        assert (found.durations.count, found.durations.p50, found.lateness) == (1, 3.0, None)


def test_events_are_counted_by_the_time_at_which_they_happened(backend: Backend, noon: datetime) -> None:
    for minutes, name in ((0, "a"), (10, "b"), (70, "a"), (130, "a")):
        told = e.NewEvent(event=name, occurred=noon + timedelta(minutes=minutes), resource={"segue.resource.id": "x"})
        backend.call(e.EVENT_TELL, e.Tell(items=[told]))
    asked = h.EventsOverTime(start=noon, end=noon + 2 * HOUR, bucket=3600)
    assert [part.total for part in backend.call(h.EVENTS_OVER_TIME, asked).items] == [2, 1]
    asked = h.EventsOverTime(start=noon, end=noon + 2 * HOUR, bucket=3600, names=["a"])
    assert [part.total for part in backend.call(h.EVENTS_OVER_TIME, asked).items] == [1, 1]


def test_where_a_bound_is_given_the_newest_events_are_counted_and_it_is_said_how_far_back(
    backend: Backend, noon: datetime
) -> None:
    for minutes in range(0, 60, 5):
        told = e.NewEvent(
            event="a" if minutes % 10 else "b",
            occurred=noon + timedelta(minutes=minutes),
            resource={"segue.resource.id": "x"},
        )
        backend.call(e.EVENT_TELL, e.Tell(items=[told]))

    def counted(at_most: int | None, **where: object) -> tuple[list[int], int, datetime | None]:
        asked = h.EventsOverTime(start=noon, end=noon + HOUR, bucket=1200, at_most=at_most, **where)  # type: ignore[arg-type]
        found = backend.call(h.EVENTS_OVER_TIME, asked)
        return [part.total for part in found.items], found.total, found.counted_from

    whole = ([4, 4, 4], 12, None)
    assert counted(None) == counted(12) == counted(100) == whole
    for some, parts in ((11, [3, 4, 4]), (5, [0, 1, 4]), (0, [0, 0, 0])):
        found, total, counted_from = counted(some)
        assert (found, total) == (parts, some)
        assert counted_from is not None
    assert counted(100, names=["*b*"]) == counted(None, names=["*b*"]) == ([2, 2, 2], 6, None)
    assert counted(3, names=["*b*"])[:2] == ([0, 1, 2], 3)
    assert counted(100, text="no-such-word") == ([0, 0, 0], 0, None)


def test_a_search_in_many_events_ends_and_says_how_far_it_came(
    backend: Backend, beneath: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segue.store.searching.COUNTED", 20)
    monkeypatch.setattr("segue.store.searching.ELSEWHERE", 20)
    began = now()
    for number in range(30):
        taste = "sour" if number % 2 else "sweet"
        told = e.NewEvent(event=f"n{number}", resource={"segue.resource.id": "x"}, payload={"taste": taste})
        backend.call(e.EVENT_TELL, e.Tell(items=[told]))
    asked = h.EventsOverTime(start=began - HOUR, end=now() + HOUR, text="sweet", at_most=1_000)
    found = backend.call(h.EVENTS_OVER_TIME, asked)
    assert (found.total, len(found.items)) == (10, 25)
    assert found.counted_from is not None
    # Where the eleventh from the beginning had occurred: the last that was not looked at any more.
    by_name = {each.event: each.occurred for each in beneath.call(e.EVENT_LIST, e.EventQuery(limit=100)).items}
    assert found.counted_from == by_name["n9"]
    assert backend.call(h.EVENTS_OVER_TIME, msgspec.structs.replace(asked, at_most=None)).total == 15


def test_a_range_that_is_none_or_has_too_many_parts_is_refused(backend: Backend, noon: datetime) -> None:
    with pytest.raises(BadRequest, match=r"from: .* is not before"):
        backend.call(h.FLOW_RUNS_OVER_TIME, h.RunsOverTime(start=noon, end=noon))
    with pytest.raises(BadRequest, match=r"bucket: 1 s cut 3,600 s into more than 500 parts; take 7.2 s or more"):
        backend.call(h.FLOW_RUNS_OVER_TIME, h.RunsOverTime(start=noon, end=noon + HOUR, bucket=1))
