"""What no index answers is looked for a stretch at a time: page by page, everything that fits is found once, in its order."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.runs import FlowRun, TaskRun
from segue.model.states import Completed, Failed, Pending, Running, Scheduled
from segue.store import lists, searching
from segue.store.session import Session
from segue.store.statements import statement
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
    monkeypatch.setattr(searching, "ELSEWHERE", 4)
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
            parameters={
                "number": number, "odd": bool(number % 2), "place": {"region": f"r{number % 3}"},
                "note": "warm" if number % 3 else None,
            },
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
    RunFilter(tags_all=["even", "first"]),
    RunFilter(tags_any=[]),
    RunFilter(name_like="RARE"),
    RunFilter(state_types=["PENDING"]),
    RunFilter(state_types=["FAILED"]),
    RunFilter(state_types=["FAILED", "COMPLETED"]),
    RunFilter(state_types=["PENDING", "FAILED"]),
    RunFilter(state_types=["CANCELLED"]),
    RunFilter(state_names=["Late"]),
    RunFilter(not_state_types=["PENDING"]),
    RunFilter(flow_names=["flow-1"]),
    RunFilter(flow_names=["nobody's"]),
    RunFilter(flow_names=[]),
    RunFilter(flow_names=["flow-1", "nobody's"], tags_all=["odd"]),
    RunFilter(flow_names=["flow-1", "flow-2"], state_types=["PENDING"]),
    RunFilter(flow_names=["flow-0"], state_types=["FAILED"]),
    RunFilter(flow_names=["flow-0"], tags_all=["odd"], name_like="usual-1"),
    RunFilter(text="RARE"),
    RunFilter(text="flow-1", state_types=["PENDING"]),
    RunFilter(text="8_% is"),
    RunFilter(text="8__"),
    RunFilter(parameter="number=7"),
    RunFilter(parameter='number="7"'),
    RunFilter(parameter="odd=true", text="usual-1"),
    RunFilter(parameter="odd=1"),
    RunFilter(parameter="note"),
    RunFilter(parameter="note=warm"),
    RunFilter(parameter='note = "warm"'),
    RunFilter(parameter="note=null", flow_names=["flow-0"]),
    RunFilter(parameter="number=7", flow_names=["flow-1"]),
    RunFilter(parameter="odd", flow_names=["flow-2"]),
    RunFilter(parameter="nobody"),
    RunFilter(top_level=True, tags_all=["first"]),
    RunFilter(top_level=False),
]


def has(run: FlowRun, name: str, equals: str, value: str) -> bool:
    if name.strip() not in run.parameters:
        return False
    given = run.parameters[name.strip()]
    return not equals or value.strip() in (json.dumps(given), given)


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
    # Where every run means a look into another table it goes less far.
    many, more = count(text="usual", at_most=100)
    assert (3 <= many <= 4, more) == (True, True)
    assert count(text="usual") == (23, False)


def test_a_count_that_ends_early_is_of_the_newest_and_of_no_fewer_than_are_shown(
    backend: Backend, runs: list[FlowRun]
) -> None:
    for where in FILTERS:
        shown = backend.call(op.FLOW_RUN_LIST, RunQuery(where=where, limit=3)).items
        found = backend.call(op.FLOW_RUN_COUNT, msgspec.structs.replace(where, at_most=100))
        fitting = sum(fits(run, where) for run in runs)
        assert len(shown) <= found.count <= fitting, where
        assert found.more or found.count == fitting, where
    # The newest eight are looked at, and of one flow the newest four.
    newest = queries.Count(4, more=True)
    assert backend.call(op.FLOW_RUN_COUNT, RunFilter(name_like="usual-2", at_most=100)) == newest
    assert backend.call(op.FLOW_RUN_COUNT, RunFilter(flow_names=["flow-1"], name_like="usual", at_most=100)) == newest
    # Counting begins where a range ends.
    early = RunFilter(created_before=runs[7].created, text="usual-0", at_most=100)
    assert backend.call(op.FLOW_RUN_COUNT, early) == newest
    # What one index knows is counted to the end, however many states are asked for.
    several = RunFilter(state_types=["PENDING", "FAILED"], at_most=100)
    assert backend.call(op.FLOW_RUN_COUNT, several) == queries.Count(sum(fits(run, several) for run in runs))


def test_task_runs_are_sought_as_well(backend: Backend) -> None:
    grant = start(backend, flow="alpha")
    stream = backend.stream(lease_of(grant))
    ids: list[str] = []
    for number in range(20):
        record = made(grant.run.id, name=f"step-{number:02}", tags=("odd",) if number % 2 else ())
        ids.append(record.id)
        stream.put(record)
        began = record.state.timestamp + timedelta(seconds=1)
        times = {"start_time": began, "end_time": began + timedelta(seconds=1)}
        stream.put(moved(record, state(Failed) if number == 3 else state(Completed), **times))
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
    first, last = one.start_time, one.end_time
    assert first is not None
    assert last is not None
    for where in (
        RunFilter(started_after=first),
        RunFilter(started_before=first),
        RunFilter(ended_after=last, ended_before=last),
        RunFilter(started_after=first, ended_before=last),
    ):
        wanted = [run.id for run in found(RunFilter()) if ran(run, where)]
        assert [run.id for run in found(where)] == wanted
        assert one.id in wanted
    assert found(RunFilter(started_after=now() + timedelta(hours=1))) == []
    assert found(RunFilter(ended_before=now() - timedelta(hours=1))) == []


def ran(run: TaskRun, f: RunFilter) -> bool:
    assert run.start_time is not None
    assert run.end_time is not None
    return all((
        f.started_after is None or run.start_time >= f.started_after,
        f.started_before is None or run.start_time <= f.started_before,
        f.ended_after is None or run.end_time >= f.ended_after,
        f.ended_before is None or run.end_time <= f.ended_before,
    ))  # fmt: skip


def test_artifacts_are_sought_as_well(backend: Backend) -> None:
    for number in range(17):
        key = "often" if number % 4 else f"once-{number:02}"
        new = queries.NewArtifact(id=new_id(), type="table" if number == 3 else "markdown", key=key, data=number)
        backend.call(op.ARTIFACT_PUT, new)

    def found(**asked: object) -> list[object]:
        items: list[object] = []
        query = queries.ArtifactQuery(limit=3, **asked)  # type: ignore[arg-type]  # fields of a query
        while True:
            page = backend.call(op.ARTIFACT_LIST, query)
            items += [each.data for each in page.items]
            if page.next is None:
                return items
            query = msgspec.structs.replace(query, after=page.next)

    assert found(latest=True) == [16, 15, 12, 8, 4, 0]
    assert found(latest=True, sort="created") == [0, 4, 8, 12, 15, 16]
    assert found(latest=True, sort="-updated", types=["markdown"]) == [16, 15, 12, 8, 4, 0]
    assert found(types=["table"]) == [3]
    assert found(key_like="ONCE-0") == [8, 4, 0]
    assert found(keys=["often"], latest=True) == [15]
    assert found(keys=["often", "once-08"]) == [15, 14, 13, 11, 10, 9, 8, 7, 6, 5, 3, 2, 1]
    # What is sought and found nowhere is a walk from page to page, and its end is told.
    first = backend.call(op.ARTIFACT_LIST, queries.ArtifactQuery(key_like="nobody"))
    assert (first.items, first.next is not None) == ([], True)
    assert found(key_like="nobody") == []


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


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_may_join_the_tables_of_every_list_in_the_best_order(backend: Backend) -> None:
    def limits(session: Session) -> list[int]:
        return [int(session.select(f"SHOW {way}_collapse_limit", {})[0][0] or 0) for way in ("join", "from")]

    assert isinstance(backend, EmbeddedBackend)
    # Those that a statement joins, the one that it begins with, and the rows of the page.
    tables = [statement(name).count("JOIN ") + 2 for name in ("event_select", "flow_run_select", "task_run_select")]
    assert max(tables) <= min(backend.look(limits)), "a page would be picked only after everything was joined"
