"""Deployments: one for each flow and name, versions of what its runs do, and runs made from it with parameters that fit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.deployments import Deployment
from segue.model.errors import BadRequest, NotFound, SegueError
from segue.model.runs import FlowRun
from segue.model.states import Scheduled
from segue.wire import deployments as w
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import requests as q
from segue.wire.queries import RunFilter, RunQuery
from tests.conformance.making import kinds, read, start

SCHEMA = {
    "type": "object",
    "properties": {"day": {"type": "string"}, "size": {"type": "integer", "minimum": 1, "default": 3}},
    "required": ["day"],
}


def put(backend: Backend, name: str = "nightly", *, flow: str = "etl", **facts: Any) -> Deployment:
    return backend.call(w.DEPLOYMENT_PUT, w.PutDeployment(name=name, flow_name=flow, **facts))


def run(backend: Backend, deployment: Deployment, **facts: Any) -> FlowRun:
    return backend.call(w.DEPLOYMENT_RUN, w.NewRunOfDeployment(deployment_id=deployment.id, **facts))


def pool(backend: Backend, name: str = "here", **facts: Any) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(name=name, **facts))


def test_a_deployment_is_read_as_it_was_put_and_belongs_to_its_flow(backend: Backend) -> None:
    pool(backend)
    facts: dict[str, Any] = {
        "version": "1.2", "entrypoint": "etl.py:etl", "path": "/srv", "pull_steps": [{"git_clone": {"repository": "x"}}],
        "parameters": {"day": "monday"}, "parameter_openapi_schema": SCHEMA, "tags": ["b", "a"],
        "labels": {"team": "x", "n": 1, "ok": True}, "description": "Every night.", "work_pool_name": "here",
        "job_variables": {"env": {"A": "1"}}, "concurrency_limit": 2,
    }  # fmt: skip
    made = put(backend, **facts)
    assert {fact: getattr(made, fact) for fact in facts} == facts
    assert (made.work_queue_name, made.version_number, made.paused, made.enforce_parameter_schema) == (
        "default",
        1,
        False,
        True,
    )
    assert backend.call(w.DEPLOYMENT_READ, q.ById(made.id)) == made
    assert backend.call(w.DEPLOYMENT_READ_NAMED, w.ByFlowAndName("etl", "nightly")) == made
    # The flow exists from then on, without a run.
    assert backend.call(op.FLOW_READ, q.ById(made.flow_id)).name == "etl"
    # The same once more is no change and no other deployment.
    assert put(backend, **facts) == made
    assert put(backend, flow="other", **facts).id != made.id


def test_every_change_of_what_runs_do_is_a_version_and_the_earlier_ones_are_kept(backend: Backend) -> None:
    made = put(backend, entrypoint="a.py:f")
    waiting = run(backend, made)
    assert waiting.deployment_version == 1
    second = put(backend, entrypoint="b.py:f")
    assert (second.id, second.version_number, second.created) == (made.id, 2, made.created)
    # What is only said of it is no version.
    third = backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=made.id, description="said", tags=["x"], paused=True))
    assert (third.version_number, third.paused) == (2, True)
    assert put(backend, entrypoint="b.py:f", description="said", tags=["x"]).paused
    found = backend.call(w.DEPLOYMENT_VERSIONS, w.VersionQuery(id=made.id, limit=1))
    assert [each.number for each in found.items] == [2]
    (first,) = backend.call(w.DEPLOYMENT_VERSIONS, w.VersionQuery(id=made.id, after=found.next)).items
    assert (first.number, first.deployment) == (1, made)
    assert backend.call(w.DEPLOYMENT_VERSION, w.VersionRef(made.id, 2)).deployment == second
    with pytest.raises(NotFound):
        backend.call(w.DEPLOYMENT_VERSION, w.VersionRef(made.id, 3))
    # A run that has not begun goes with its deployment.
    assert read(backend, waiting.id).deployment_version == 2


def test_one_edit_moves_a_deployment_and_what_waits_for_it_to_another_pool(backend: Backend) -> None:
    pool(backend)
    pool(backend, "there")
    made = put(backend, work_pool_name="here")
    usual, chosen = run(backend, made), run(backend, made, work_queue_name="fast")
    assert [usual.work_queue_name, chosen.work_queue_name] == ["default", "fast"]
    # A change of something else leaves a queue that was chosen for a run alone.
    backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=made.id, path="/elsewhere"))
    assert read(backend, chosen.id).work_queue_name == "fast"
    moved = backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=made.id, work_pool_name="there"))
    assert (moved.work_pool_name, moved.work_queue_name, moved.version_number) == ("there", "default", 3)
    for each in (usual, chosen, run(backend, made)):
        found = read(backend, each.id)
        assert (found.work_pool_name, found.work_queue_name) == ("there", "default")
    nowhere = backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=made.id, work_pool_name=None))
    assert (nowhere.work_pool_name, nowhere.work_queue_name) == (None, None)
    with pytest.raises(NotFound, match="work pool 'nowhere'"):
        backend.call(w.DEPLOYMENT_EDIT, w.EditDeployment(id=made.id, work_pool_name="nowhere"))


def test_a_run_is_scheduled_with_what_the_deployment_and_the_request_say(backend: Backend) -> None:
    pool(backend)
    made = put(
        backend, work_pool_name="here", parameters={"day": "monday", "size": 2}, parameter_openapi_schema=SCHEMA, tags=["a"],
        entrypoint="etl.py:etl", version="v1",
    )  # fmt: skip
    later = (now() + timedelta(hours=1)).replace(microsecond=5)
    found = run(
        backend,
        made,
        name="mine",
        parameters={"size": 9},
        tags=["b", "a"],
        scheduled_time=later,
        job_variables={"env": {"A": "1"}},
    )
    assert isinstance(found.state, Scheduled)
    assert (found.state.at, found.expected_start_time) == (later, later)
    assert (found.name, found.parameters, found.tags) == ("mine", {"day": "monday", "size": 9}, ["a", "b"])
    assert (found.entrypoint, found.flow_version, found.job_variables) == ("etl.py:etl", "v1", {"env": {"A": "1"}})
    assert (found.work_pool_name, found.work_queue_name, found.deployment_id) == ("here", "default", made.id)
    other = run(backend, made)
    assert "-" in other.name
    queues = [str(made.work_queue_id)]
    for where in (
        RunFilter(deployment_ids=[made.id]),
        RunFilter(work_pool_names=["here"]),
        RunFilter(work_queue_ids=queues),
    ):
        assert {each.id for each in backend.call(op.FLOW_RUN_LIST, RunQuery(where=where)).items} == {found.id, other.id}
    assert backend.call(op.FLOW_RUN_LIST, RunQuery(where=RunFilter(work_pool_names=["there"]))).items == []


def test_a_run_is_made_once_for_its_id_and_its_key(backend: Backend, second: Backend) -> None:
    made = put(backend)
    id = new_id()
    assert run(backend, made, id=id).id == run(second, made, id=id).id == id
    first = run(backend, made, idempotency_key="k", name="one")
    assert run(second, made, idempotency_key="k", name="two") == first
    assert kinds(backend, first.id) == ["SCHEDULED"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "day is missing"),
        ({"day": "x", "size": 0}, "size must be at least 1, not 0"),
        ({"day": 3}, "day must be a text, not 3"),
        ({"day": "x", "dya": 1}, r"dya is not a parameter \(there are day, size\)"),
    ],
)
def test_parameters_that_do_not_fit_make_no_run(backend: Backend, given: dict[str, object], said: str) -> None:
    made = put(backend, parameter_openapi_schema=SCHEMA)
    with pytest.raises(SegueError, match=said) as refused:
        run(backend, made, parameters=given)
    assert (refused.value.code, refused.value.status) == ("parameters.invalid", 422)
    assert backend.call(op.FLOW_RUN_COUNT, RunFilter()).count == 0
    lax = put(backend, parameter_openapi_schema=SCHEMA, enforce_parameter_schema=False)
    assert run(backend, lax, parameters=given).parameters == given


def test_what_a_deployment_says_itself_must_fit_as_far_as_it_goes(backend: Backend) -> None:
    with pytest.raises(SegueError, match="size must be a whole number"):
        put(backend, parameter_openapi_schema=SCHEMA, parameters={"size": "big"})
    pool(backend)
    with pytest.raises(BadRequest, match="do not fit work pool 'here': env must be an object"):
        put(backend, work_pool_name="here", job_variables={"env": 3})
    made = put(backend, work_pool_name="here")
    with pytest.raises(BadRequest, match="env must be an object"):
        run(backend, made, job_variables={"env": 3})
    with pytest.raises(BadRequest, match="say which for 'fast'"):
        put(backend, "other", work_queue_name="fast")
    with pytest.raises(BadRequest, match="none of /"):
        put(backend, "a/b")


def test_several_runs_are_made_all_or_none(backend: Backend) -> None:
    made = put(backend, parameter_openapi_schema=SCHEMA)
    fit = w.NewRunOfDeployment(deployment_id=made.id, parameters={"day": "x"})
    with pytest.raises(SegueError, match="day is missing"):
        backend.call(
            w.DEPLOYMENT_RUNS,
            w.NewRunsOfDeployment(deployment_id=made.id, runs=[fit, w.NewRunOfDeployment(deployment_id=made.id)]),
        )
    assert backend.call(op.FLOW_RUN_COUNT, RunFilter()).count == 0
    done = backend.call(w.DEPLOYMENT_RUNS, w.NewRunsOfDeployment(deployment_id=made.id, runs=[fit, fit]))
    assert len({each.id for each in done.items}) == 2


def test_lists_page_filter_and_count(backend: Backend) -> None:
    pool(backend)
    for name in ("a", "b", "c"):
        put(backend, name, tags=[name, "all"], work_pool_name="here" if name == "b" else None, paused=name == "c")
    first = backend.call(w.DEPLOYMENT_LIST, w.DeploymentQuery(limit=2))
    rest = backend.call(w.DEPLOYMENT_LIST, w.DeploymentQuery(after=first.next))
    assert [each.name for each in [*first.items, *rest.items]] == ["a", "b", "c"]

    def names(**conditions: Any) -> list[str]:
        query = w.DeploymentQuery(**conditions)
        found = [each.name for each in backend.call(w.DEPLOYMENT_LIST, query).items]
        assert backend.call(w.DEPLOYMENT_COUNT, query).count == len(found)
        return found

    assert names(tags_all=["all"], paused=True) == ["c"]
    assert names(tags_any=["a", "b"]) == ["a", "b"]
    assert names(work_pool_names=["here"]) == ["b"]
    assert names(flow_names=["etl"], name_like="B") == ["b"]
    assert names(ref="etl/c") == names(ref="c") == names(ref=rest.items[0].id) == ["c"]
    assert names(ref="other/c") == []


def test_a_deleted_deployment_takes_what_waits_for_it_along(backend: Backend) -> None:
    made = put(backend)
    waiting = run(backend, made)
    begun = start(backend).run
    backend.call(w.DEPLOYMENT_DELETE, q.ById(made.id))
    assert kinds(backend, waiting.id) == ["SCHEDULED", "CANCELLED"]
    assert read(backend, waiting.id).state.message == "Deployment etl/nightly was deleted."
    assert read(backend, begun.id).state.kind == "RUNNING"
    with pytest.raises(NotFound):
        backend.call(w.DEPLOYMENT_READ, q.ById(made.id))
    assert put(backend).id != made.id
