"""Deployments, work pools, queues and workers are made, read, changed and deleted by the client, under the names users know."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from segue import flow, get_client
from segue.client.orchestration import SegueClient, SyncSegueClient
from segue.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentScheduleUpdate,
    DeploymentUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from segue.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterConcurrencyLimit,
    DeploymentFilterId,
    DeploymentFilterName,
    DeploymentFilterTags,
    DeploymentFilterWorkQueueName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterName,
    FlowRunFilterWorkQueueName,
    Operator,
    WorkerFilter,
    WorkerFilterLastHeartbeatTime,
    WorkerFilterStatus,
    WorkPoolFilter,
    WorkPoolFilterName,
    WorkPoolFilterType,
    WorkQueueFilter,
    WorkQueueFilterName,
)
from segue.client.schemas.objects import ConcurrencyOptions, VersionInfo, WorkerStatus, WorkPoolStatus
from segue.client.schemas.pools import Integration, WorkerMetadata
from segue.client.schemas.responses import DeploymentResponse
from segue.client.schemas.schedules import CronSchedule, IntervalSchedule
from segue.client.schemas.sorting import DeploymentSort
from segue.engine.session import backend
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound
from segue.model.errors import BadRequest, InUse
from segue.service.deployments import BadParameters
from segue.states import Completed, Scheduled
from segue.wire.workers import WORKER_READ, WorkerRef


@flow
def etl(day: str, n: int = 1) -> None:
    """Load a day."""


@pytest.fixture
def client() -> SyncSegueClient:
    return get_client(sync_client=True)


def names(found: list[DeploymentResponse]) -> list[str]:
    return [each.name for each in found]


def deploy(client: SyncSegueClient, name: str = "nightly", **facts: object) -> UUID:
    return client.create_deployment(client.create_flow(etl), name, **facts)  # type: ignore[arg-type]


def test_a_deployment_is_made_from_its_flow_s_id_and_read_by_id_and_by_name(client: SyncSegueClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="here", type="process"))
    flow_id = client.create_flow_from_name("etl")
    assert client.create_flow(etl) == flow_id
    id = client.create_deployment(
        flow_id, "nightly", version_info=VersionInfo(type="vcs:git", version="abc1234"), entrypoint="flows.py:etl",
        schedules=[DeploymentScheduleCreate(schedule=CronSchedule(cron="0 3 * * *"), slug="night", parameters={"n": 2})],
        concurrency_limit=3, concurrency_options=ConcurrencyOptions(collision_strategy="CANCEL_NEW"),
        parameters={"day": "2026-01-31"}, description="Loads a day.", work_queue_name="fast", work_pool_name="here",
        tags=["a"], parameter_openapi_schema=etl.parameters.model_dump_for_openapi(), job_variables={"env": {"A": "1"}},
        pull_steps=[{"segue.deployments.steps.set_working_directory": {"directory": "/srv"}}],
    )  # fmt: skip
    found = client.read_deployment(id)
    assert isinstance(found, DeploymentResponse)
    assert (found.name, found.flow_id, found.flow_name, found.version) == ("nightly", flow_id, "etl", "abc1234")
    assert (found.work_pool_name, found.work_queue_name, found.tags) == ("here", "fast", ["a"])
    assert (found.concurrency_limit, found.concurrency_options) == (
        3,
        ConcurrencyOptions(collision_strategy="CANCEL_NEW"),
    )
    assert found.pull_steps == [{"segue.deployments.steps.set_working_directory": {"directory": "/srv"}}]
    (schedule,) = found.schedules
    assert (schedule.slug, schedule.schedule.rule, schedule.parameters) == (
        "night",
        CronSchedule(cron="0 3 * * *").rule,
        {"n": 2},
    )
    assert client.read_deployment_by_name("etl/nightly") == found
    assert client.read_deployment(str(id)) == found
    again = client.create_deployment(flow_id, "nightly", description="Anew.")
    assert again == id
    now = client.read_deployment(id)
    assert (now.description, now.version_number) == ("Anew.", 2)
    assert len(now.schedules) == 1
    with pytest.raises(ObjectNotFound):
        client.create_deployment(uuid4(), "x")
    with pytest.raises(ObjectNotFound):
        client.read_deployment(uuid4())
    with pytest.raises(ObjectNotFound):
        client.read_deployment_by_name("etl/other")
    with pytest.raises(ValueError, match="<FLOW_NAME>/<DEPLOYMENT_NAME>"):
        client.read_deployment_by_name("nightly")


def test_deployments_are_listed_by_every_filter_and_in_every_order(client: SyncSegueClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="here"))
    client.create_work_pool(WorkPoolCreate(name="boxes", type="docker"))
    first = deploy(client, "first", tags=["a", "b"], concurrency_limit=5)
    deploy(client, "second", work_pool_name="here", work_queue_name="fast", tags=["a"])
    deploy(client, "third", work_pool_name="boxes", concurrency_limit=1)
    client.create_deployment(client.create_flow_from_name("other"), "fourth")
    assert names(client.read_deployments()) == ["first", "fourth", "second", "third"]
    assert client.count_deployments() == 4

    def named(given: DeploymentFilter) -> list[str]:
        found = names(client.read_deployments(deployment_filter=given))
        assert client.count_deployments(deployment_filter=given) == len(found)
        return found

    assert named(DeploymentFilter(id=DeploymentFilterId(any_=[first]))) == ["first"]
    assert named(DeploymentFilter(id=DeploymentFilterId(not_any_=[first]))) == ["fourth", "second", "third"]
    assert named(DeploymentFilter(name=DeploymentFilterName(like_="f"))) == ["first", "fourth"]
    assert named(DeploymentFilter(tags=DeploymentFilterTags(all_=["a", "b"]))) == ["first"]
    assert named(DeploymentFilter(tags=DeploymentFilterTags(is_null_=True))) == ["fourth", "third"]
    assert named(DeploymentFilter(work_queue_name=DeploymentFilterWorkQueueName(any_=["fast"]))) == ["second"]
    assert named(DeploymentFilter(concurrency_limit=DeploymentFilterConcurrencyLimit(ge_=2))) == ["first"]
    assert named(DeploymentFilter(concurrency_limit=DeploymentFilterConcurrencyLimit(is_null_=True))) == [
        "fourth",
        "second",
    ]
    either = DeploymentFilter(
        operator=Operator.or_,
        name=DeploymentFilterName(any_=["third"]),
        work_queue_name=DeploymentFilterWorkQueueName(any_=["fast"]),
    )
    assert named(either) == ["second", "third"]
    of_flow = FlowFilter(name=FlowFilterName(any_=["other"]))
    assert names(client.read_deployments(flow_filter=of_flow)) == ["fourth"]
    boxes = WorkPoolFilter(type=WorkPoolFilterType(any_=["docker"]))
    assert names(client.read_deployments(work_pool_filter=boxes)) == ["third"]
    fast = WorkQueueFilter(name=WorkQueueFilterName(startswith_=["fa"]))
    assert names(client.read_deployments(work_queue_filter=fast)) == ["second"]
    assert client.count_deployments(work_queue_filter=fast) == 1
    client.create_flow_run_from_deployment(first, parameters={"day": "x"}, name="one")
    ran = FlowRunFilter(name=FlowRunFilterName(any_=["one"]))
    assert names(client.read_deployments(flow_run_filter=ran)) == ["first"]
    by_limit = [each.concurrency_limit for each in client.read_deployments(sort=DeploymentSort.CONCURRENCY_LIMIT_ASC)]
    assert by_limit == [1, 5, None, None]
    for sort in DeploymentSort:
        whole = names(client.read_deployments(sort=sort))
        parts = [names(client.read_deployments(sort=sort, limit=2, offset=at)) for at in (0, 2)]
        assert parts[0] + parts[1] == whole
        assert len(whole) == 4


def test_schedules_come_with_each_deployment_of_a_list(client: SyncSegueClient) -> None:
    every = IntervalSchedule(interval=timedelta(hours=1))
    for name in "abc":
        new = [DeploymentScheduleCreate(schedule=every, slug=f"{name}{n}") for n in range(2)]
        deploy(client, name, schedules=new if name != "b" else None)
    found = {each.name: [one.slug for one in each.schedules] for each in client.read_deployments()}
    assert found == {"a": ["a0", "a1"], "b": [], "c": ["c0", "c1"]}


def test_one_change_moves_a_deployment_and_leaves_the_rest(client: SyncSegueClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="here"))
    client.create_work_pool(WorkPoolCreate(name="there"))
    id = deploy(client, parameters={"day": "x"}, tags=["a"], work_pool_name="here", work_queue_name="fast")
    client.update_deployment(id, DeploymentUpdate(work_pool_name="there"))
    moved = client.read_deployment(id)
    assert (moved.work_pool_name, moved.work_queue_name) == ("there", "default")
    assert (moved.parameters, moved.tags, moved.version_number) == ({"day": "x"}, ["a"], 2)
    steps: list[dict[str, object]] = [{"git_clone": {"repository": "https://example.com/a.git"}}]
    client.update_deployment(id, DeploymentUpdate(pull_steps=steps, entrypoint="a.py:etl"))
    assert client.read_deployment(id).pull_steps == steps
    client.update_deployment(
        id, DeploymentUpdate(pull_steps=None, parameters=None, paused=None, enforce_parameter_schema=None)
    )
    emptied = client.read_deployment(id)
    assert (emptied.pull_steps, emptied.parameters, emptied.paused) == (None, {}, False)
    rule = CronSchedule(cron="@daily")
    client.update_deployment(id, DeploymentUpdate(schedules=[DeploymentScheduleUpdate(schedule=rule, active=False)]))
    (schedule,) = client.read_deployment(id).schedules
    assert (schedule.active, schedule.schedule.rule) == (False, rule.rule)
    with pytest.raises(ValueError, match="needs a rule"):
        client.update_deployment(id, DeploymentUpdate(schedules=[DeploymentScheduleUpdate(active=True)]))
    client.update_deployment_schedule(id, schedule.id, active=True, parameters={"n": 3}, slug="daily")
    (schedule,) = client.read_deployment(id).schedules
    assert (schedule.active, schedule.parameters, schedule.slug) == (True, {"n": 3}, "daily")
    with pytest.raises(ObjectNotFound):
        client.update_deployment(uuid4(), DeploymentUpdate(description="x"))


def test_a_deployment_is_paused_resumed_and_deleted(client: SyncSegueClient) -> None:
    id = deploy(client)
    client.pause_deployment(id)
    assert client.read_deployment(id).paused
    client.resume_deployment(str(id))
    assert not client.read_deployment(id).paused
    client.set_deployment_paused_state(id, paused=True)
    assert client.read_deployment(id).paused
    waiting = client.create_flow_run_from_deployment(id, parameters={"day": "x"})
    client.delete_deployment(id)
    with pytest.raises(ObjectNotFound):
        client.read_deployment(id)
    assert client.read_flow_run(waiting.id).state_name == "Cancelled"


def test_a_run_of_a_deployment_is_made_once_for_a_key_and_its_parameters_are_checked(client: SyncSegueClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="here"))
    schema = etl.parameters.model_dump_for_openapi()
    id = deploy(client, parameter_openapi_schema=schema, parameters={"n": 7}, tags=["own"], work_pool_name="here")
    later = datetime(2100, 1, 1, tzinfo=UTC)
    run = client.create_flow_run_from_deployment(
        id, parameters={"day": "x"}, state=Scheduled(scheduled_time=later), name="mine", tags=["given"],
        idempotency_key="k", work_queue_name="slow", job_variables={"env": {"A": "1"}},
    )  # fmt: skip
    assert (run.name, run.state_name, run.next_scheduled_start_time) == ("mine", "Scheduled", later)
    assert (run.parameters, run.tags, run.deployment_id) == ({"n": 7, "day": "x"}, ["own", "given"], id)
    assert (run.work_pool_name, run.work_queue_name, run.job_variables) == ("here", "slow", {"env": {"A": "1"}})
    assert client.create_flow_run_from_deployment(id, parameters={"day": "y"}, idempotency_key="k").id == run.id
    with pytest.raises(BadParameters, match="day"):
        client.create_flow_run_from_deployment(id)
    with pytest.raises(ValueError, match="begins as Scheduled, not as Completed"):
        client.create_flow_run_from_deployment(id, state=Completed())
    with pytest.raises(ValueError, match="no context"):
        client.create_flow_run_from_deployment(id, context={"a": 1})
    other = client.create_flow_run_from_deployment(id, parameters={"day": "z"})

    def found(**filters: object) -> set[UUID]:
        runs = client.read_flow_runs(**filters)  # type: ignore[arg-type]
        assert client.count_flow_runs(**filters) == len(runs)  # type: ignore[arg-type]
        return {each.id for each in runs}

    slow = FlowRunFilter(work_queue_name=FlowRunFilterWorkQueueName(any_=["slow"]))
    assert found(flow_run_filter=slow) == {run.id}
    of_it = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[id]))
    assert found(flow_run_filter=of_it) == {run.id, other.id}
    assert found(deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=["nightly"]))) == {run.id, other.id}
    assert found(deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=["no"]))) == set()
    assert found(work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=["here"]))) == {run.id, other.id}
    assert found(work_queue_filter=WorkQueueFilter(name=WorkQueueFilterName(any_=["default"]))) == {other.id}
    given = DeploymentFilter(name=DeploymentFilterName(any_=["nightly"]))
    assert [each.name for each in client.read_flows(deployment_filter=given)] == ["etl"]
    assert client.read_task_runs(deployment_filter=given) == []

    waiting = client.get_scheduled_flow_runs_for_work_pool("here")
    assert [each.flow_run.id for each in waiting] == [other.id, run.id]
    assert {each.work_pool_id for each in waiting} == {client.read_work_pool("here").id}
    slow_only = client.get_scheduled_flow_runs_for_work_pool("here", ["slow"])
    assert [each.flow_run.id for each in slow_only] == [run.id]
    soon = datetime.now(UTC) + timedelta(hours=1)
    assert [each.flow_run.id for each in client.get_scheduled_flow_runs_for_work_pool("here", None, soon)] == [other.id]
    assert [each.id for each in client.get_scheduled_flow_runs_for_deployments([id], soon)] == [other.id]
    queue = client.read_work_queue_by_name("slow", "here")
    assert [each.id for each in client.get_runs_in_work_queue(queue.id)] == [run.id]
    with pytest.raises(ObjectNotFound):
        client.get_scheduled_flow_runs_for_work_pool("there")


def test_work_pools_are_made_changed_and_deleted(client: SyncSegueClient) -> None:
    made = client.create_work_pool(WorkPoolCreate(name="here", concurrency_limit=3, description="Mine."))
    assert (made.type, made.status, made.concurrency_limit) == ("process", WorkPoolStatus.NOT_READY, 3)
    assert "variables" in made.base_job_template
    with pytest.raises(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name="here"))
    changed = client.create_work_pool(WorkPoolCreate(name="here", is_paused=True), overwrite=True)
    assert (changed.id, changed.is_paused, changed.concurrency_limit) == (made.id, True, None)
    assert (changed.status, changed.base_job_template) == ("PAUSED", made.base_job_template)
    client.update_work_pool("here", WorkPoolUpdate(is_paused=False, concurrency_limit=1))
    now = client.read_work_pool("here")
    assert (now.is_paused, now.concurrency_limit) == (False, 1)
    client.update_work_pool("here", WorkPoolUpdate(concurrency_limit=None, is_paused=None))
    assert client.read_work_pool("here").concurrency_limit is None
    template: dict[str, object] = {"job_configuration": {"a": "{{ a }}"}, "variables": {"properties": {}}}
    with pytest.raises(BadRequest, match="no variable"):
        client.update_work_pool("here", WorkPoolUpdate(base_job_template=template))
    client.create_work_pool(WorkPoolCreate(name="boxes", type="docker"))
    assert [each.name for each in client.read_work_pools()] == ["boxes", "here"]
    assert [each.name for each in client.read_work_pools(limit=1, offset=1)] == ["here"]
    docker = WorkPoolFilter(type=WorkPoolFilterType(any_=["docker"]))
    assert [each.name for each in client.read_work_pools(work_pool_filter=docker)] == ["boxes"]
    assert (client.count_work_pools(), client.count_work_pools(docker)) == (2, 1)
    deploy(client, work_pool_name="here")
    with pytest.raises(InUse, match="etl/nightly"):
        client.delete_work_pool("here")
    client.delete_work_pool("boxes")
    with pytest.raises(ObjectNotFound):
        client.read_work_pool("boxes")


def test_work_queues_are_made_changed_and_deleted(client: SyncSegueClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="here"))
    client.create_work_pool(WorkPoolCreate(name="there"))
    made = client.create_work_queue("fast", "Quick.", concurrency_limit=2, priority=1, work_pool_name="here")
    assert (made.name, made.priority, made.concurrency_limit, made.work_pool_name) == ("fast", 1, 2, "here")
    with pytest.raises(ValueError, match="say which for 'x'"):
        client.create_work_queue("x")
    with pytest.raises(ObjectAlreadyExists):
        client.create_work_queue("fast", work_pool_name="here")
    assert client.read_work_queue(made.id) == made
    assert client.read_work_queue_by_name("fast") == made
    with pytest.raises(ValueError, match="Several work pools"):
        client.read_work_queue_by_name("default")
    with pytest.raises(ObjectNotFound):
        client.read_work_queue_by_name("no")
    client.update_work_queue(made.id, name="faster", is_paused=True, concurrency_limit=None)
    now = client.read_work_queue(made.id)
    assert (now.name, now.is_paused, now.concurrency_limit, now.description) == ("faster", True, None, "Quick.")
    for n in range(3):
        client.create_work_queue(f"late-{n}", work_pool_name="here")
    listed = [each.name for each in client.read_work_queues("here")]
    assert listed == ["default", "faster", "late-0", "late-1", "late-2"]
    assert [each.name for each in client.read_work_queues("here", limit=2, offset=2)] == listed[2:4]
    assert len(client.read_work_queues()) == 6
    assert [each.name for each in client.match_work_queues(["late-", "no"])] == ["late-0", "late-1", "late-2"]
    asleep = client.read_work_queue_status(made.id)
    assert (asleep.healthy, asleep.late_runs_count, asleep.last_polled) == (False, 0, None)
    assert asleep.health_check_policy.maximum_seconds_since_last_polled == 60
    client.delete_work_queue_by_id(made.id)
    with pytest.raises(ObjectNotFound):
        client.read_work_queue(made.id)
    with pytest.raises(ObjectNotFound):
        client.read_work_queue_status(made.id)
    with pytest.raises(ObjectNotFound):
        client.read_work_queues("nowhere")


def test_workers_of_a_pool_are_listed_by_whether_they_are_there(client: SyncSegueClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="here"))
    metadata = WorkerMetadata(integrations=[Integration(name="segue-docker", version="1.2")])
    assert client.send_worker_heartbeat("here", "ann") is None
    known = client.send_worker_heartbeat("here", "ann", 30.0, get_worker_id=True, worker_metadata=metadata)
    client.send_worker_heartbeat("here", "bob", heartbeat_interval_seconds=0)
    with pytest.raises(ObjectNotFound):
        client.send_worker_heartbeat("nowhere", "ann")
    ann, bob = client.read_workers_for_work_pool("here")
    assert ann.id == known
    told = backend().call(WORKER_READ, WorkerRef(work_pool_name="here", name="ann")).facts
    assert told == {"integrations": [{"name": "segue-docker", "version": "1.2"}]}
    assert (ann.name, ann.status, ann.heartbeat_interval_seconds) == ("ann", WorkerStatus.ONLINE, 30.0)
    assert (bob.name, bob.status) == ("bob", WorkerStatus.OFFLINE)
    online = WorkerFilter(status=WorkerFilterStatus(any_=[WorkerStatus.ONLINE]))
    assert client.read_workers_for_work_pool("here", online) == [ann]
    lately = WorkerFilter(
        last_heartbeat_time=WorkerFilterLastHeartbeatTime(after_=datetime.now(UTC) + timedelta(days=1))
    )
    assert client.read_workers_for_work_pool("here", lately) == []
    assert client.read_workers_for_work_pool("here", limit=1, offset=1) == [bob]
    with pytest.raises(ObjectNotFound):
        client.read_workers_for_work_pool("there")


def test_async_code_has_the_same_methods() -> None:
    async def journey() -> None:
        async with get_client() as client:
            await client.create_work_pool(WorkPoolCreate(name="here"))
            id = await client.create_deployment(await client.create_flow(etl), "nightly", work_pool_name="here")
            assert (await client.read_deployment(id)).name == "nightly"
            await client.create_flow_run_from_deployment(id, parameters={"day": "x"})
            (waiting,) = await client.get_scheduled_flow_runs_for_work_pool("here")
            assert waiting.flow_run.parameters == {"day": "x"}

    asyncio.run(journey())
    public = {name for name in dir(SyncSegueClient) if not name.startswith("_")}
    assert public <= {name for name in dir(SegueClient) if not name.startswith("_")}
