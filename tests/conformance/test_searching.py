"""What no index answers is looked for a stretch at a time: page by page, everything that fits is found once, in its order."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.errors import BadRequest
from segue.model.runs import FlowRun, TaskRun
from segue.model.states import Completed, Failed, Pending, Running, Scheduled
from segue.store import lists, searching
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.events import EVENT_COUNT, EVENT_LIST, EventQuery
from segue.wire.queries import LogQuery, RunFilter, RunQuery
from tests.conformance.making import lease_of, made, moved, propose, start, state


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handful of runs be many."""
    monkeypatch.setattr(searching, "STRETCH", 5)
    monkeypatch.setattr(searching, "COUNTED", 8)
    monkeypatch.setattr(lists, "FEW", 4)


def flow_runs(backend: Backend, where: RunFilter, sort: str) -> tuple[list[FlowRun], int]:
    """Everything that a filter finds, page by page, and how many pages that took."""
    found: list[FlowRun] = []
    query, pages = RunQuery(where=where, sort=sort, limit=3), 1
    while True:
        page = backend.call(op.FLOW_RUN_LIST, query)
        found += page.items
        if page.next is None:
            return found, pages
        query, pages = RunQuery(where=where, sort=sort, limit=3, after=page.next), pages + 1


@pytest.fixture
def runs(backend: Backend) -> list[FlowRun]:
    began = now() - timedelta(hours=1)
    for number in range(24):
        at = began + timedelta(minutes=number)
        run = start(
            backend, flow=f"flow-{number % 3}", name=f"{'rare' if number == 2 else 'usual'}-{number:02}", leased=False,
            parameters={"number": number, "odd": bool(number % 2), "place": {"region": f"r{number % 3}"}},
            tags=["odd"] if number % 2 else ["even", *(["first"] if number == 0 else [])],
            states=[state(Scheduled, at=at, name="Late", timestamp=at)] if number == 5 else [state(Pending, timestamp=at)],
        ).run  # fmt: skip
        if number % 4 == 0:
            propose(backend, run.id, state(Running, timestamp=at + timedelta(seconds=24 - number)))
        if number % 8 == 0:
            ended = at + timedelta(seconds=40)
            propose(
                backend,
                run.id,
                state(Failed, timestamp=ended, message=f"Row {number}_% is amiss")
                if number
                else state(Completed, timestamp=ended),
            )
    return backend.call(op.FLOW_RUN_LIST, RunQuery(limit=1000, sort="created")).items


FILTERS = [
    RunFilter(tags_all=["odd"]),
    RunFilter(tags_all=["first"]),
    RunFilter(tags_any=["first", "nobody"]),
    RunFilter(tags_all=["nobody"]),
    RunFilter(name_like="RARE"),
    RunFilter(state_types=["PENDING"]),
    RunFilter(state_types=["FAILED"]),
    RunFilter(state_types=["FAILED", "COMPLETED"]),
    RunFilter(state_types=["PENDING", "FAILED"]),
    RunFilter(state_types=["CANCELLED"]),
    RunFilter(state_names=["Late"]),
    RunFilter(not_state_types=["PENDING"]),
    RunFilter(flow_names=["flow-1"]),
    RunFilter(flow_names=["flow-1", "flow-2"], state_types=["PENDING"]),
    RunFilter(flow_names=["flow-0"], state_types=["FAILED"]),
    RunFilter(flow_names=["flow-0"], tags_all=["odd"], name_like="usual-1"),
    RunFilter(text="RARE"),
    RunFilter(text="flow-1", state_types=["PENDING"]),
    RunFilter(text="8_% is"),
    RunFilter(text="8__"),
    RunFilter(parameter="number=7"),
    RunFilter(parameter="odd=true", text="usual-1"),
    RunFilter(parameter="odd", flow_names=["flow-2"]),
    RunFilter(parameter="nobody"),
    RunFilter(top_level=True, tags_all=["first"]),
    RunFilter(top_level=False),
]


def has(run: FlowRun, name: str, equals: str, value: str) -> bool:
    given = run.parameters.get(name)
    return given is not None and (not equals or value in {str(given), json.dumps(given)})


def fits(run: FlowRun, f: RunFilter) -> bool:
    return all((
        f.tags_all is None or set(f.tags_all) <= set(run.tags),
        f.tags_any is None or bool(set(f.tags_any) & set(run.tags)),
        f.name_like is None or f.name_like.lower() in run.name,
        f.state_types is None or run.state.kind in f.state_types,
        f.not_state_types is None or run.state.kind not in f.not_state_types,
        f.state_names is None or run.state.name in f.state_names,
        f.flow_names is None or run.flow_name in f.flow_names,
        f.text is None or any(f.text.lower() in (text or "").lower() for text in (run.name, run.flow_name, run.state.message)),
        f.parameter is None or has(run, *f.parameter.partition("=")),
        f.top_level is None or (run.parent_flow_run_id is None) is f.top_level,
    ))  # fmt: skip


def test_page_by_page_everything_that_fits_is_found_once_in_its_order(backend: Backend, runs: list[FlowRun]) -> None:
    for where in FILTERS:
        wanted = [run.id for run in runs if fits(run, where)]
        for sort in ("created", "-created", "start_time", "-start_time", "-end_time", "name", "-id"):
            found, _ = flow_runs(backend, where, sort)
            ids = [run.id for run in found]
            assert sorted(ids) == sorted(wanted), (where, sort)
            if sort.endswith("created"):
                assert ids == (wanted if sort == "created" else wanted[::-1]), (where, sort)
            if sort == "-start_time":
                times = [run.start_time for run in found if run.start_time is not None]
                assert times == sorted(times, reverse=True), where
                assert all(run.start_time is None for run in found[len(times) :]), where


def test_a_range_of_time_goes_with_every_order(backend: Backend, runs: list[FlowRun]) -> None:
    first, last = runs[6].created, runs[17].created
    where = RunFilter(created_after=first, created_before=last, tags_all=["odd"])
    wanted = {run.id for run in runs[6:18] if "odd" in run.tags}
    for sort in ("-created", "name", "start_time"):
        found, _ = flow_runs(backend, where, sort)
        assert {run.id for run in found} == wanted
    started = [run for run in runs if run.start_time is not None]
    where = RunFilter(started_after=started[1].start_time, started_before=started[4].start_time)
    for sort in ("-created", "-start_time"):
        found, _ = flow_runs(backend, where, sort)
        assert sorted(run.id for run in found) == sorted(run.id for run in started[1:5])


def test_a_page_says_where_to_go_on_when_its_stretch_is_over(backend: Backend, runs: list[FlowRun]) -> None:
    page = backend.call(op.FLOW_RUN_LIST, RunQuery(where=RunFilter(tags_all=["first"])))
    assert (page.items, page.next is not None) == ([], True)
    found, pages = flow_runs(backend, RunFilter(tags_all=["first"]), "-created")
    assert [run.id for run in found] == [runs[0].id]
    assert pages > 4
    # What an index leads to needs no second page.
    assert backend.call(op.FLOW_RUN_LIST, RunQuery(where=RunFilter(state_types=["COMPLETED"]))).next is None
    # Who skips rows wants to know what lies behind them, wherever that is.
    skipped = backend.call(
        op.FLOW_RUN_LIST, RunQuery(where=RunFilter(tags_all=["odd"]), sort="created", offset=10, limit=5)
    )
    assert [run.name for run in skipped.items] == ["usual-21", "usual-23"]


def test_a_count_goes_as_far_as_it_is_asked_to(backend: Backend, runs: list[FlowRun]) -> None:
    def count(**where: object) -> tuple[int, bool]:
        found = backend.call(op.FLOW_RUN_COUNT, RunFilter(**where))  # type: ignore[arg-type]
        return found.count, found.more

    assert count() == (24, False)
    assert count(at_most=10) == (10, True)
    assert count(at_most=24) == (24, False)
    assert count(state_types=["COMPLETED"], at_most=10) == (1, False)
    assert count(tags_all=["odd"]) == (12, False)
    many, more = count(tags_all=["odd"], at_most=100)
    assert (0 < many < 12, more) == (True, True)
    assert count(tags_all=["odd"], at_most=2) == (2, True)


def test_task_runs_are_sought_as_well(backend: Backend) -> None:
    grant = start(backend, flow="alpha")
    stream = backend.stream(lease_of(grant))
    ids: list[str] = []
    for number in range(20):
        record = made(grant.run.id, name=f"step-{number:02}", tags=("odd",) if number % 2 else ())
        ids.append(record.id)
        stream.put(record)
        stream.put(moved(record, state(Failed) if number == 3 else state(Completed)))
    stream.flush()

    def found(where: RunFilter) -> list[TaskRun]:
        items: list[TaskRun] = []
        after: str | None = None
        while True:
            page = backend.call(op.TASK_RUN_LIST, RunQuery(where=where, sort="created", limit=3, after=after))
            items, after = items + page.items, page.next
            if after is None:
                return items

    assert [run.id for run in found(RunFilter(state_types=["FAILED"]))] == [ids[3]]
    assert [run.id for run in found(RunFilter(state_types=["FAILED", "COMPLETED"]))] == ids
    assert [run.id for run in found(RunFilter(state_types=["COMPLETED"], tags_any=["odd"]))] == [ids[1], *ids[5::2]]
    assert [run.id for run in found(RunFilter(flow_names=["alpha"], name_like="step-1"))] == ids[10:]
    assert [run.id for run in found(RunFilter(text="STEP-1"))] == ids[10:]
    assert found(RunFilter(flow_names=["beta"])) == []
    assert len(found(RunFilter(task_names=[found(RunFilter())[0].task_name]))) == 20
    one = found(RunFilter())[7]
    assert one.id in {run.id for run in found(RunFilter(created_after=one.created, created_before=one.created))}


def test_task_runs_have_no_parameters(backend: Backend) -> None:
    with pytest.raises(BadRequest, match="task runs do not"):
        backend.call(op.TASK_RUN_LIST, RunQuery(where=RunFilter(parameter="x")))


def test_lines_and_events_are_sought_as_well(backend: Backend, runs: list[FlowRun]) -> None:
    names: list[str] = []
    query = EventQuery(names=["segue.flow-run.Failed", "segue.flow-run.Late"], sort="seq", limit=2)
    pages = 0
    while True:
        page = backend.call(EVENT_LIST, query)
        names, pages = names + [event.event for event in page.items], pages + 1
        if page.next is None:
            break
        query = EventQuery(names=query.names, sort="seq", limit=2, after=page.next)
    assert sorted(names) == ["segue.flow-run.Failed"] * 2 + ["segue.flow-run.Late"]
    assert pages > 3
    assert backend.call(EVENT_COUNT, EventQuery(names=["segue.flow-run.Failed"])).count == 2
    some = backend.call(EVENT_COUNT, EventQuery(names=["segue.flow-run.*"], at_most=3))
    assert (some.count, some.more) == (3, True)
    assert backend.call(op.LOG_COUNT, LogQuery(at_most=5)) == queries.Count(0)
