from __future__ import annotations

import pytest

from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.states import Completed, Failed, Pending
from segue.wire import bulk as b
from segue.wire import operations as op
from segue.wire.queries import RunFilter
from segue.wire.requests import ById
from tests.conformance.making import propose, start, state


def finished(backend: Backend, flow: str = "old") -> str:
    grant = start(backend, flow=flow)
    propose(backend, grant.run.id, state(Completed), fence=1)
    return grant.run.id


def count(backend: Backend, **where: object) -> int:
    return backend.call(op.FLOW_RUN_COUNT, RunFilter(**where)).count  # type: ignore[arg-type]


def test_many_runs_are_deleted_a_slice_at_a_time(backend: Backend) -> None:
    ids = [finished(backend) for _ in range(5)]
    other = finished(backend, "new")
    asked = b.Many(where=RunFilter(flow_names=["old"]), limit=2)
    rehearsal = backend.call(b.FLOW_RUNS_DELETE, b.Many(where=RunFilter(flow_names=["old"]), dry_run=True))
    assert [each.id for each in rehearsal.items] == ids
    assert all(each.done and each.state == "COMPLETED" for each in rehearsal.items)
    assert count(backend) == 6
    deleted: list[str] = []
    after: str | None = None
    while True:
        page = backend.call(b.FLOW_RUNS_DELETE, b.Many(where=asked.where, limit=2, after=after))
        deleted += [each.id for each in page.items if each.done]
        after = page.next
        if after is None:
            break
        assert len(page.items) == 2
    assert deleted == ids
    assert backend.call(op.FLOW_RUN_READ, ById(other)).id == other
    assert count(backend) == 1


def test_one_that_refuses_does_not_hold_up_the_others(backend: Backend) -> None:
    held, done, gone = start(backend).run, finished(backend), new_id()
    found = backend.call(b.FLOW_RUNS_DELETE, b.Many(where=RunFilter(ids=[held.id, done, gone])))
    by_id = {each.id: each for each in found.items}
    assert (by_id[held.id].done, by_id[held.id].code, by_id[held.id].state) == (False, "run.held", "RUNNING")
    assert by_id[held.id].detail is not None
    assert (by_id[done].done, by_id[done].state) == (True, None)
    assert (by_id[gone].done, by_id[gone].code) == (False, "not-found")
    assert count(backend) == 1


def test_a_subflow_goes_with_the_run_that_called_it(backend: Backend) -> None:
    parent = finished(backend)
    child = start(backend, leased=False, parent_flow_run_id=parent, states=[state(Pending)]).run
    found = backend.call(b.FLOW_RUNS_DELETE, b.Many(where=RunFilter(ids=[parent, child.id])))
    assert sorted(each.id for each in found.items) == sorted([parent, child.id])
    assert count(backend) == 0


def test_many_runs_are_cancelled_each_as_it_can_be(backend: Backend) -> None:
    held, waiting, done = (
        start(backend).run,
        start(backend, leased=False, states=[state(Pending)]).run,
        finished(backend),
    )
    for dry_run in (True, False):
        found = backend.call(
            b.FLOW_RUNS_CANCEL,
            b.CancelMany(where=RunFilter(ids=[held.id, waiting.id, done]), message="wrong day", dry_run=dry_run),
        )
        by_id = {each.id: each for each in found.items}
        assert (by_id[held.id].done, by_id[held.id].state) == (True, "CANCELLING")
        assert (by_id[waiting.id].done, by_id[waiting.id].state) == (True, "CANCELLED")
        assert (by_id[done].done, by_id[done].code) == (False, "run.refused")
    assert backend.call(op.FLOW_RUN_READ, ById(held.id)).state.message == "wrong day"
    assert backend.call(op.FLOW_RUN_READ, ById(done)).state.kind == "COMPLETED"


def test_states_of_many_runs_are_set(backend: Backend) -> None:
    held, waiting = start(backend).run, start(backend, leased=False, states=[state(Pending)]).run
    where = RunFilter(ids=[held.id, waiting.id])
    found = backend.call(b.FLOW_RUNS_SET, b.SetMany(where=where, type="FAILED", name="GivenUp", message="why"))
    by_id = {each.id: each for each in found.items}
    assert (by_id[held.id].done, by_id[waiting.id].done) == (False, True)
    run = backend.call(op.FLOW_RUN_READ, ById(waiting.id))
    assert isinstance(run.state, Failed)
    assert (run.state.name, run.state.message) == ("GivenUp", "why")
    forced = backend.call(b.FLOW_RUNS_SET, b.SetMany(where=where, type="FAILED", force=True))
    assert all(each.done for each in forced.items)


def test_all_runs_are_never_meant_by_mistake(backend: Backend) -> None:
    with pytest.raises(BadRequest, match="say which flow runs are meant"):
        backend.call(b.FLOW_RUNS_DELETE, b.Many(where=RunFilter()))
    with pytest.raises(BadRequest, match="1,001 ids"):
        backend.call(b.FLOW_RUNS_DELETE, b.Many(where=RunFilter(ids=["x"] * 1001)))
