from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.protocol import Backend
from segue.cli import logs
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.runs import CacheFacts
from segue.model.states import Completed, Failed, Pending, Running, Scheduled
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.requests import ById, NewFlow
from tests.conformance.making import lease_of, made, moved, propose, start, state


def ids_of(backend: Backend, **where: object) -> set[str]:
    found = backend.call(op.FLOW_RUN_LIST, queries.RunQuery(where=queries.RunFilter(**where), limit=1000))  # type: ignore[arg-type]
    count = backend.call(op.FLOW_RUN_COUNT, queries.RunFilter(**where)).count  # type: ignore[arg-type]
    assert count == len(found.items)
    return {run.id for run in found.items}


def task_ids_of(backend: Backend, **where: object) -> set[str]:
    found = backend.call(op.TASK_RUN_LIST, queries.RunQuery(where=queries.RunFilter(**where), limit=1000))  # type: ignore[arg-type]
    count = backend.call(op.TASK_RUN_COUNT, queries.RunFilter(**where)).count  # type: ignore[arg-type]
    assert count == len(found.items)
    return {run.id for run in found.items}


def test_all_subflows_of_a_run_are_found_for_its_lines(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_PAGE", 2)
    run = start(backend).run
    below = [start(backend, leased=False, parent_flow_run_id=run.id).run.id for _ in range(3)]
    deeper = start(backend, leased=False, parent_flow_run_id=below[0]).run.id
    assert {each.id for each in logs.within(backend, run)} == {run.id, *below, deeper}


def test_every_filter_of_flow_runs(backend: Backend) -> None:
    began = now()
    a = start(backend, flow="alpha", name="calm-otter", tags=["x", "y"], idempotency_key="k").run
    propose(backend, a.id, state(Failed, name="TimedOut"), fence=1)
    b = start(backend, flow="beta", name="50%_off", tags=["y"], leased=False, states=[state(Pending)]).run
    c = start(
        backend, flow="beta", name="Wild-Otter", leased=False, parent_flow_run_id=a.id,
        parent_task_run_id=(dummy := new_id()),
        states=[state(Scheduled, at=began, name="Late", timestamp=began - timedelta(days=2))],
    ).run  # fmt: skip
    everything = {a.id, b.id, c.id}
    assert ids_of(backend) == everything
    assert ids_of(backend, ids=[a.id, b.id]) == {a.id, b.id}
    assert ids_of(backend, ids=[new_id() for _ in range(30)] + [c.id]) == {c.id}
    assert ids_of(backend, ids=[]) == set()
    assert ids_of(backend, id_or_name=a.id) == {a.id}
    assert ids_of(backend, id_or_name="50%_off") == {b.id}
    assert ids_of(backend, id_or_name=a.id[:-2]) >= {a.id}
    assert ids_of(backend, id_or_name="calm") == set()
    assert ids_of(backend, names=["calm-otter", "nobody"]) == {a.id}
    assert ids_of(backend, name_like="OTTER") == {a.id, c.id}
    assert ids_of(backend, name_like="%_") == {b.id}
    assert ids_of(backend, flow_names=["beta"]) == {b.id, c.id}
    assert ids_of(backend, flow_ids=[a.flow_id]) == {a.id}
    assert ids_of(backend, flow_run_ids=[a.id]) == {c.id}
    assert ids_of(backend, parent_task_run_ids=[dummy]) == {c.id}
    assert ids_of(backend, top_level=True) == {a.id, b.id}
    assert ids_of(backend, top_level=False) == {c.id}
    assert ids_of(backend, state_types=["FAILED", "PENDING"]) == {a.id, b.id}
    assert ids_of(backend, state_names=["TimedOut", "Late"]) == {a.id, c.id}
    assert ids_of(backend, not_state_types=["FAILED"]) == {b.id, c.id}
    assert ids_of(backend, not_state_types=[]) == everything
    assert ids_of(backend, tags_all=["x", "y"]) == {a.id}
    assert ids_of(backend, tags_any=["y", "z"]) == {a.id, b.id}
    assert ids_of(backend, tags_any=[]) == set()
    assert ids_of(backend, started_after=began) == {a.id}
    assert ids_of(backend, started_before=began) == set()
    assert ids_of(backend, created_before=began) == {c.id}
    assert ids_of(backend, created_after=began) == {a.id, b.id}
    assert ids_of(backend, ended_after=began, ended_before=now()) == {a.id}
    assert ids_of(backend, idempotency_keys=["k"]) == {a.id}
    assert ids_of(backend, state_types=["FAILED"], flow_names=["beta"]) == set()


def test_every_filter_of_task_runs(backend: Backend) -> None:
    grant, other = start(backend, flow="alpha"), start(backend, flow="beta")
    stream, second = backend.stream(lease_of(grant)), backend.stream(lease_of(other))
    a = made(grant.run.id, tags=("x",), step="s", name="one-0")
    b = made(grant.run.id, parent_task_run_id=a.id, task_name="inner", task_key="inner-1")
    c = made(other.run.id)
    began = now()
    stream.put(a)
    stream.put(moved(a, state(Completed), start_time=began, end_time=began, cache=CacheFacts(key="k/1")))
    stream.put(b)
    second.put(c)
    second.put(moved(c, state(Running), start_time=began))
    backend.flush()
    assert task_ids_of(backend) == {a.id, b.id, c.id}
    assert task_ids_of(backend, flow_run_ids=[grant.run.id]) == {a.id, b.id}
    assert task_ids_of(backend, flow_names=["beta"]) == {c.id}
    assert task_ids_of(backend, flow_ids=[grant.run.flow_id], tags_any=["x"]) == {a.id}
    assert task_ids_of(backend, parent_task_run_ids=[a.id]) == {b.id}
    assert task_ids_of(backend, top_level=True) == {a.id, c.id}
    assert task_ids_of(backend, top_level=False) == {b.id}
    assert task_ids_of(backend, task_names=["inner"]) == {b.id}
    assert task_ids_of(backend, task_keys=["step-1234abcd"], state_types=["RUNNING"]) == {c.id}
    assert task_ids_of(backend, cache_keys=["k/1"]) == {a.id}
    assert task_ids_of(backend, steps=["s"]) == {a.id}
    assert task_ids_of(backend, names=["one-0"]) == {a.id}
    assert task_ids_of(backend, tags_all=["x"]) == {a.id}
    assert task_ids_of(backend, started_after=began) == {a.id, c.id}
    assert task_ids_of(backend, ended_before=began) == {a.id}


@pytest.mark.parametrize(
    "sort", ["created", "-created", "start_time", "-start_time", "-end_time", "name", "-name", "id"]
)
def test_pages_show_each_run_once_in_order(backend: Backend, sort: str) -> None:
    began = now()
    for n in range(23):
        begun = timedelta(seconds=n // 3)
        states = [state(Pending, timestamp=began + timedelta(microseconds=n // 2))]
        if n % 2:
            # The others have not started: no start time at all.
            states.append(state(Running, timestamp=began + begun))  # type: ignore[arg-type]
        start(backend, name=f"run-{n % 7}", leased=False, states=states)
    whole = [run.id for run in backend.call(op.FLOW_RUN_LIST, queries.RunQuery(sort=sort, limit=100)).items]
    assert len(set(whole)) == 23
    seen: list[str] = []
    after = None
    while True:
        page = backend.call(op.FLOW_RUN_LIST, queries.RunQuery(sort=sort, limit=5, after=after))
        seen.extend(run.id for run in page.items)
        after = page.next
        if after is None:
            break
        assert len(page.items) == 5
    assert seen == whole
    offset = backend.call(op.FLOW_RUN_LIST, queries.RunQuery(sort=sort, limit=5, offset=5)).items
    assert [run.id for run in offset] == whole[5:10]
    if "start" in sort:
        starts = [
            run.start_time for run in backend.call(op.FLOW_RUN_LIST, queries.RunQuery(sort=sort, limit=100)).items
        ]
        assert starts[-12:] == [None] * 12


def test_task_runs_and_logs_are_paged_too(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    tasks = [made(grant.run.id) for _ in range(7)]
    for task in tasks:
        stream.put(task)
    stream.flush()
    for sort in ("created", "-created", "name", "-start_time"):
        seen: list[str] = []
        after = None
        while True:
            page = backend.call(op.TASK_RUN_LIST, queries.RunQuery(sort=sort, limit=3, after=after))
            seen += [run.id for run in page.items]
            if (after := page.next) is None:
                break
        assert sorted(seen) == sorted(task.id for task in tasks)
    newest = backend.call(op.TASK_RUN_LIST, queries.RunQuery(limit=2)).items
    assert [run.id for run in newest] == [tasks[6].id, tasks[5].id]


def test_a_sort_or_a_cursor_that_is_none_is_refused(backend: Backend) -> None:
    with pytest.raises(BadRequest, match="Cannot sort by 'colour'"):
        backend.call(op.FLOW_RUN_LIST, queries.RunQuery(sort="colour"))
    for cursor in ("x", "bm9wZQ", "!!"):
        with pytest.raises(BadRequest, match="cursor"):
            backend.call(op.FLOW_RUN_LIST, queries.RunQuery(after=cursor))


def test_the_last_run_of_each_flow(backend: Backend) -> None:
    states = [state(Pending)]
    runs = {
        flow: [start(backend, flow=flow, name=f"{flow}-{n}", leased=False, states=states).run for n in range(3)]
        for flow in ("a", "b", "c")
    }
    asked = [runs["a"][0].flow_id, runs["c"][0].flow_id, new_id()]
    found = backend.call(op.FLOW_LAST_RUNS, queries.LastRuns(ids=asked))
    assert {run.name for run in found.items} == {"a-2", "c-2"}
    assert {run.flow_name for run in found.items} == {"a", "c"}
    assert found.next is None
    assert backend.call(op.FLOW_LAST_RUNS, queries.LastRuns(ids=[])).items == []


def test_flows_are_listed(backend: Backend) -> None:
    for name in ("b", "a", "c_1"):
        start(backend, flow=name)
    names = [flow.name for flow in backend.call(op.FLOW_LIST, queries.FlowQuery(sort="name", limit=2)).items]
    assert names == ["a", "b"]
    found = backend.call(op.FLOW_LIST, queries.FlowQuery(name_like="C_")).items
    assert [flow.name for flow in found] == ["c_1"]
    assert backend.call(op.FLOW_COUNT, queries.FlowQuery(names=["a", "zz"])).count == 1
    assert backend.call(op.FLOW_COUNT, queries.FlowQuery(ids=[found[0].id])).count == 1
    assert backend.call(op.FLOW_COUNT, queries.FlowQuery(tags_all=["x"])).count == 0


def test_a_flow_is_made_once_before_it_runs(backend: Backend) -> None:
    made = backend.call(op.FLOW_CREATE, NewFlow(name="etl"))
    assert backend.call(op.FLOW_CREATE, NewFlow(name="etl", id=new_id())) == made
    assert backend.call(op.FLOW_READ, ById(made.id)) == made
    assert start(backend, flow="etl").run.flow_id == made.id
    with pytest.raises(BadRequest, match="has a name"):
        backend.call(op.FLOW_CREATE, NewFlow(name=""))
