"""Work pools and their queues: made once, changed one fact at a time, not deleted while somebody needs them."""

from __future__ import annotations

from typing import Any

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, BadRequest, InUse, NotFound
from segue.model.pools import WorkPool, WorkQueue
from segue.model.states import Cancelling
from segue.service import workers
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import pools as w
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.pool_types import POOL_TYPES
from segue.wire.requests import ById, ByName, Nothing, Proposal
from segue.wire.workers import WORKER_BEAT, WORKER_LEAVE, WORKER_LIST, WorkerBeat, WorkerQuery, WorkerRef
from tests.conformance.firing import until
from tests.conformance.making import state


def pool(backend: Backend, name: str = "here", **facts: Any) -> WorkPool:
    return backend.call(w.POOL_CREATE, w.NewWorkPool(name=name, **facts))


def queue(backend: Backend, name: str, **facts: Any) -> WorkQueue:
    return backend.call(w.QUEUE_CREATE, w.NewWorkQueue(work_pool_name="here", name=name, **facts))


def queues(backend: Backend) -> list[str]:
    return [each.name for each in backend.call(w.QUEUE_LIST, w.WorkQueueQuery(work_pool_names=["here"])).items]


def test_a_pool_begins_with_a_queue_and_its_type_s_template(backend: Backend) -> None:
    made = pool(backend, type="docker", concurrency_limit=4, description="Boxes.")
    assert (made.type, made.concurrency_limit, made.description) == ("docker", 4, "Boxes.")
    assert (made.status, made.active_slots, made.is_paused) == ("NOT_READY", 0, False)
    assert "image" in made.base_job_template["variables"]["properties"]  # type: ignore[index]
    default = backend.call(w.QUEUE_READ, w.QueueRef("here", "default"))
    assert (default.id, default.priority, default.status) == (made.default_queue_id, 1, "NOT_READY")
    assert backend.call(w.POOL_READ, ByName("here")) == made
    assert pool(backend, id=made.id, type="docker") == made
    with pytest.raises(AlreadyExists):
        pool(backend)
    with pytest.raises(NotFound):
        backend.call(w.POOL_READ, ByName("there"))


def test_a_template_that_names_what_is_no_variable_is_refused(backend: Backend) -> None:
    template: dict[str, object] = {"job_configuration": {"image": "{{ image }}"}, "variables": {"properties": {}}}
    with pytest.raises(BadRequest, match="names 'image', which is no variable"):
        pool(backend, base_job_template=template)
    with pytest.raises(BadRequest, match="variables must be an object"):
        pool(backend, base_job_template={"job_configuration": {}})
    assert pool(backend, type="my-own").base_job_template == {}


def test_a_pool_is_changed_one_fact_at_a_time_and_every_change_is_told(backend: Backend) -> None:
    made = pool(backend, concurrency_limit=2)

    def edit(**facts: Any) -> WorkPool:
        return backend.call(w.POOL_EDIT, w.EditWorkPool(name="here", **facts))

    assert edit() == made
    paused = edit(is_paused=True)
    assert (paused.status, paused.concurrency_limit) == ("PAUSED", 2)
    assert backend.call(w.QUEUE_READ, w.QueueRef("here", "default")).status == "PAUSED"
    assert edit(is_paused=False, concurrency_limit=None).concurrency_limit is None
    pool(backend, "there")
    with pytest.raises(AlreadyExists):
        edit(new_name="there")
    renamed = edit(new_name="home")
    assert (renamed.id, renamed.name) == (made.id, "home")
    told = backend.call(EVENT_LIST, EventQuery(resource_ids=[f"segue.work-pool.{made.id}"], sort="seq")).items
    assert [event.event.rpartition(".")[2] for event in told] == ["created", "paused", "updated", "updated"]


def test_queues_are_served_by_priority_and_come_last_unless_told(backend: Backend) -> None:
    pool(backend)
    assert queue(backend, "slow").priority == 2
    assert queue(backend, "fast", priority=0, concurrency_limit=1).concurrency_limit == 1
    assert queues(backend) == ["fast", "default", "slow"]
    edited = backend.call(
        w.QUEUE_EDIT, w.EditWorkQueue(work_pool_name="here", name="slow", priority=0, new_name="first", is_paused=True)
    )
    assert (edited.name, edited.priority, edited.status) == ("first", 0, "PAUSED")
    assert queues(backend) == ["fast", "first", "default"]
    with pytest.raises(AlreadyExists):
        queue(backend, "fast")
    with pytest.raises(NotFound, match="work pool 'there'"):
        backend.call(w.QUEUE_READ, w.QueueRef("there", "fast"))
    with pytest.raises(NotFound, match="work queue of pool 'here' 'none'"):
        backend.call(w.QUEUE_READ, w.QueueRef("here", "none"))
    backend.call(w.QUEUE_DELETE, w.QueueRef("here", "fast"))
    assert queues(backend) == ["first", "default"]
    with pytest.raises(BadRequest, match="default queue of work pool 'here'"):
        backend.call(w.QUEUE_DELETE, w.QueueRef("here", "default"))


def test_what_deployments_or_open_runs_need_is_not_deleted(backend: Backend) -> None:
    pool(backend)
    deployment = backend.call(
        d.DEPLOYMENT_PUT,
        d.PutDeployment(name="nightly", flow_name="etl", work_pool_name="here", work_queue_name="fast"),
    )
    assert queues(backend) == ["default", "fast"]
    with pytest.raises(InUse, match="deployment etl/nightly"):
        backend.call(w.QUEUE_DELETE, w.QueueRef("here", "fast"))
    with pytest.raises(InUse, match="deployment etl/nightly"):
        backend.call(w.POOL_DELETE, ByName("here"))
    run = backend.call(d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=deployment.id, id=new_id()))
    backend.call(d.DEPLOYMENT_EDIT, d.EditDeployment(id=deployment.id, work_queue_name="default"))
    backend.call(w.QUEUE_DELETE, w.QueueRef("here", "fast"))
    backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=run.id, state=state(Cancelling)))
    backend.call(d.DEPLOYMENT_DELETE, ById(deployment.id))
    backend.call(w.POOL_DELETE, ByName("here"))
    assert backend.call(w.POOL_LIST, w.WorkPoolQuery()).items == []
    assert backend.call(w.QUEUE_LIST, w.WorkQueueQuery()).items == []


def test_pools_are_listed_by_name_and_counted(backend: Backend) -> None:
    for name, type in (("b", "docker"), ("a", "process"), ("c", "process")):
        pool(backend, name, type=type)
    first = backend.call(w.POOL_LIST, w.WorkPoolQuery(limit=2))
    rest = backend.call(w.POOL_LIST, w.WorkPoolQuery(after=first.next))
    assert [each.name for each in [*first.items, *rest.items]] == ["a", "b", "c"]
    assert backend.call(w.POOL_COUNT, w.WorkPoolQuery(types=["process"])).count == 2
    assert [each.name for each in backend.call(w.POOL_LIST, w.WorkPoolQuery(name_like="B")).items] == ["b"]


def test_queues_and_workers_are_paged_by_key_within_their_order(backend: Backend) -> None:
    for name in ("b", "a"):
        pool(backend, name)
        for n in (1, 2, 3):
            new = w.NewWorkQueue(work_pool_name=name, name=f"q{n}", priority=10 - n)
            backend.call(w.QUEUE_CREATE, new)
            backend.call(WORKER_BEAT, WorkerBeat(work_pool_name=name, name=f"w{n}"))
    lines, cursor = [], None
    while True:
        page = backend.call(w.QUEUE_LIST, w.WorkQueueQuery(limit=3, after=cursor))
        lines += [(each.work_pool_name, each.name) for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    in_pool = ["default", "q3", "q2", "q1"]
    assert lines == [(name, queue) for name in ("a", "b") for queue in in_pool]
    first = backend.call(WORKER_LIST, WorkerQuery(limit=4))
    rest = backend.call(WORKER_LIST, WorkerQuery(limit=4, after=first.next))
    assert [(each.work_pool_name, each.name) for each in [*first.items, *rest.items]] == [
        (name, f"w{n}") for name in ("a", "b") for n in (1, 2, 3)
    ]
    assert rest.next is None
    with pytest.raises(BadRequest, match="cursor"):
        backend.call(w.QUEUE_LIST, w.WorkQueueQuery(after=first.next))


def test_the_types_that_are_known_tell_what_a_pool_of_them_begins_with(backend: Backend) -> None:
    types = {each.type: each.base_job_template for each in backend.call(POOL_TYPES, Nothing()).items}
    assert set(types) == {"process", "docker"}
    for type, template in types.items():
        made = backend.call(w.POOL_CREATE, w.NewWorkPool(name=type, type=type))
        assert made.base_job_template == template


def test_workers_that_come_leave_and_are_lost_are_told_once_and_so_is_their_pool(
    backend: Backend, beneath: EmbeddedBackend
) -> None:
    pool(backend)

    def told() -> list[tuple[str, str | None]]:
        names = ["segue.worker.*", "segue.work-pool.ready", "segue.work-pool.not-ready"]
        items = backend.call(EVENT_LIST, EventQuery(names=names, sort="seq")).items
        return [(each.event.removeprefix("segue."), each.resource.get("segue.resource.name")) for each in items]

    def lose() -> int:
        # Of two servers that look at the same time one tells.
        found = beneath.look(lambda session: workers.find_lost(session, 10))
        return sum(beneath.do("lose", workers.lose, found) for _ in range(2))

    for name, seconds in (("ann", 30.0), ("bob", 0.001)):
        backend.call(WORKER_BEAT, WorkerBeat(work_pool_name="here", name=name, heartbeat_seconds=seconds))
    came = [("worker.online", "ann"), ("work-pool.ready", "here"), ("worker.online", "bob")]
    until(lambda: bool(beneath.look(lambda session: workers.find_lost(session, 10))), "the loss of a worker")
    assert lose() == 1
    assert lose() == 0
    assert told() == [*came, ("worker.offline", "bob")]
    backend.call(WORKER_LEAVE, WorkerRef("here", "ann"))
    left = [("worker.offline", "ann"), ("work-pool.not-ready", "here")]
    assert told() == [*came, ("worker.offline", "bob"), *left]
    # Who said that it goes is not lost; who is there again may be lost again, and then nobody is there.
    assert lose() == 0
    backend.call(WORKER_BEAT, WorkerBeat(work_pool_name="here", name="bob", heartbeat_seconds=0.001))
    again = [("worker.online", "bob"), ("work-pool.ready", "here")]
    until(lambda: lose() == 1, "the loss of a worker")
    lost = [("worker.offline", "bob"), ("work-pool.not-ready", "here")]
    assert told() == [*came, ("worker.offline", "bob"), *left, *again, *lost]
