from __future__ import annotations

import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token
from segue.model.errors import BadRequest
from segue.model.states import Completed, Failed, Pending
from segue.wire import bulk as b
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire.queries import RunFilter
from segue.wire.requests import ById, LeaseRequest
from segue.wire.workers import WORK_CLAIM, ClaimWork
from tests.conformance.making import propose, read, start, state


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


def of_deployment(backend: Backend, deployment: str) -> str:
    """Make a run of a deployment that has failed."""
    made = backend.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=deployment))
    propose(backend, made.id, state(Failed))
    return made.id


def test_many_runs_wait_to_run_again_each_where_somebody_would_begin_it(backend: Backend) -> None:
    deployment = backend.call(d.DEPLOYMENT_PUT, d.PutDeployment(name="nightly", flow_name="etl")).id
    deleted = backend.call(d.DEPLOYMENT_PUT, d.PutDeployment(name="old", flow_name="etl")).id
    failed, orphan = of_deployment(backend, deployment), of_deployment(backend, deleted)
    backend.call(d.DEPLOYMENT_DELETE, ById(deleted))
    waiting = backend.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=deployment)).id
    own = finished(backend)
    child = start(backend, leased=False, parent_flow_run_id=own, states=[state(Failed)]).run.id
    gone = new_id()
    where = RunFilter(ids=[failed, orphan, waiting, own, child, gone])
    for dry_run in (True, False):
        found = backend.call(b.FLOW_RUNS_RETRY, b.RetryMany(where=where, message="mended", dry_run=dry_run))
        said = {each.id: (each.done, each.state, each.code) for each in found.items}
        assert said == {
            failed: (True, "SCHEDULED", None),
            orphan: (False, "FAILED", "run.no-deployment"),
            waiting: (False, "SCHEDULED", "run.not-over"),
            own: (False, "COMPLETED", "run.no-deployment"),
            child: (False, "FAILED", "run.is-subflow"),
            gone: (False, None, "not-found"),
        }
        assert (read(backend, failed).state.kind == "FAILED") is dry_run
    details = {each.id: str(each.detail) for each in found.items}
    assert f"segue flow-run retry {own}" in details[own]
    assert f"retry flow run {own}" in details[child]
    assert "was deleted" in details[orphan]
    again = read(backend, failed)
    assert (again.state.name, again.state.message, again.deployment_id) == ("AwaitingRetry", "mended", deployment)
    lease = LeaseRequest(holder=this_holder(), token=new_run_token())
    asked = ClaimWork(
        id=new_id(), lease=lease, worker_id="w-1", worker_name="ann", deployment_ids=[deployment], limit=5
    )
    assert {each.run.id for each in backend.call(WORK_CLAIM, asked).items} == {failed, waiting}
