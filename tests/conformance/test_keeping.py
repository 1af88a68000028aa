"""Services: one run at a time, begun again when it ends, ever later when it ends at once, and not while it is paused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.runs import FlowRun
from segue.model.states import Crashed, Running
from segue.service.deployments import BadParameters
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import queries
from segue.wire.keeping import KEPT_BEGIN, KEPT_FIND, BeginAgain, FindEnded
from segue.wire.requests import FULL_LEASE, SERVICE_LEASE, Claim, LeaseRequest, Proposal
from tests.conformance.making import lease_of, state
from tests.conformance.test_claiming import claim, deploy, read, run


def keep(backend: Backend) -> list[str]:
    """Do what the keeper does in one turn."""
    found = backend.call(KEPT_FIND, FindEnded()).ids
    return [id for each in found for id in backend.call(KEPT_BEGIN, BeginAgain(deployment_id=each)).ids]


def runs(backend: Backend, deployment: str) -> list[FlowRun]:
    where = queries.RunFilter(deployment_ids=[deployment])
    return backend.call(op.FLOW_RUN_LIST, queries.RunQuery(where=where, limit=100, sort="-created")).items


def begin(backend: Backend) -> Claim:
    """Be the worker and the process that begin what is due."""
    (item,) = claim(backend)
    asked = Claim(
        id=item.run.id, lease=LeaseRequest(holder=this_holder()), states=[state(Running)], fence=item.lease.fence
    )
    granted = backend.call(op.FLOW_RUN_CLAIM, asked)
    # Whoever cannot renew its lease must stop: another one follows it.
    assert granted.fused
    assert backend.call(op.FLOW_RUN_CLAIM, asked).fused
    return asked


def crash(backend: Backend, id: str) -> None:
    fence = read(backend, id).fence
    assert backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=id, state=state(Crashed), fence=fence)).status == "accept"


def test_a_service_has_one_run_and_then_the_next(backend: Backend, second: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    plain, service = deploy(backend, "plain"), deploy(backend, "service", keep_running=True)
    assert keep(backend) == [service]
    assert keep(backend) == []
    assert second.call(KEPT_BEGIN, BeginAgain(deployment_id=service)).ids == []
    assert second.call(KEPT_BEGIN, BeginAgain(deployment_id=plain)).ids == []
    (first,) = runs(backend, service)
    assert (first.state.actor and first.state.actor.name, first.state.message) == (
        "keeper", "The deployment is kept running.",
    )  # fmt: skip
    begun = begin(backend)
    # Whoever runs it by hand as well waits until the service ends.
    run(backend, service)
    assert claim(backend) == []
    crash(backend, begun.id)
    assert keep(second) == [service]
    assert keep(backend) == []
    again = runs(backend, service)[0]
    ended = read(backend, first.id).state.timestamp
    assert again.expected_start_time == ended + timedelta(seconds=1)
    assert again.state.message == f"The deployment is kept running, and run {first.name} is Crashed."


def test_a_service_is_leased_for_less_to_whoever_renews_it_so(backend: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    service = deploy(backend, "service", keep_running=True)
    keep(backend)
    other = run(backend, deploy(backend, "plain"))
    items = {item.run.id: item for item in claim(backend)}
    lease = LeaseRequest(holder=this_holder(), service_seconds=SERVICE_LEASE)
    for id, seconds in ((runs(backend, service)[0].id, SERVICE_LEASE), (other, FULL_LEASE)):
        asked = Claim(id=id, lease=lease, states=[state(Running)], fence=items[id].lease.fence)
        first, again = (lease_of(backend.call(op.FLOW_RUN_CLAIM, asked)) for _ in range(2))
        assert (first.seconds, again.seconds) == (seconds, seconds)
        given = first.expires - read(backend, id).state.timestamp
        assert timedelta(seconds=seconds) <= given < timedelta(seconds=seconds + 5)


def test_what_ends_at_once_is_begun_again_ever_later(backend: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    service = deploy(backend, keep_running=True)
    waits, message = [], ""
    for _ in range(4):
        assert keep(backend) == [service]
        latest = runs(backend, service)[0]
        backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=latest.id, state=state(Crashed), force=True))
        ended = read(backend, latest.id).state.timestamp
        assert keep(backend) == [service]
        following = runs(backend, service)[0]
        assert following.expected_start_time is not None
        waits.append((following.expected_start_time - ended).total_seconds())
        message = following.state.message or ""
        backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=following.id, state=state(Crashed), force=True))
    assert waits == [1, 4, 16, 64]
    assert " 7 in a row did not last for a minute: the next begins in" in message
    # A change begins the count anew.
    backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=service, entrypoint="mended.py:hello"))
    assert keep(backend) == [service]
    assert "in a row" not in (runs(backend, service)[0].state.message or "")


def test_pausing_a_service_ends_it_and_a_new_version_takes_its_place(backend: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    service = deploy(backend, keep_running=True)
    keep(backend)
    begun = begin(backend)
    deploy(backend, keep_running=True)
    deploy(backend)
    assert read(backend, begun.id).state.kind == "RUNNING"
    deploy(backend, keep_running=True, version="two")
    ending = read(backend, begun.id).state
    assert (ending.kind, ending.message) == ("CANCELLING", "Version 2 of the deployment takes its place.")
    assert keep(backend) == []
    crash(backend, begun.id)
    assert keep(backend) == [service]
    waiting = runs(backend, service)[0]
    assert waiting.deployment_version == 2
    backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=service, paused=True))
    assert (read(backend, waiting.id).state.kind, read(backend, waiting.id).state.message) == (
        "CANCELLED", "The deployment was paused.",
    )  # fmt: skip
    assert keep(backend) == []
    backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=service, paused=False))
    assert keep(backend) == [service]
    backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=service, keep_running=False))
    assert runs(backend, service)[0].state.kind == "CANCELLED"
    assert keep(backend) == []


def test_what_cannot_be_kept_running_is_refused(backend: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    with pytest.raises(BadRequest, match="one run at a time; its concurrency limit cannot be 3"):
        deploy(backend, keep_running=True, concurrency_limit=3)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    with pytest.raises(BadParameters, match="n"):
        deploy(backend, keep_running=True, parameter_openapi_schema=schema)
    deploy(backend, keep_running=True, parameter_openapi_schema=schema, parameters={"n": 1}, concurrency_limit=1)
