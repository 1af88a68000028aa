"""What was recorded is read and changed by one set of methods, from sync and from async code."""

import asyncio
import inspect
from datetime import UTC, datetime, timedelta

import pytest

from segue import flow, get_client, get_run_logger, tags, task
from segue.client.orchestration import SegueClient, SyncSegueClient
from segue.client.schemas.actions import ArtifactCreate, ArtifactUpdate, VariableCreate, VariableUpdate
from segue.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterName,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    LogFilter,
    LogFilterFlowRunId,
    LogFilterLevel,
    Operator,
    TaskRunFilter,
    TaskRunFilterName,
    TaskRunFilterSubFlowRuns,
)
from segue.client.schemas.objects import FlowRun, StateType
from segue.client.schemas.responses import SetStateStatus
from segue.client.schemas.sorting import FlowRunSort, LogSort, TaskRunSort
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.states import Cancelled, Completed, Scheduled


@task
def double(x: int) -> int:
    return 2 * x


@flow
def child() -> None:
    double(7)


@flow
def pipeline(n: int = 2, *, fail: bool = False) -> None:
    logger = get_run_logger()
    logger.info("begins with %d", n)
    for number in range(n):
        double(number)
    child()
    if fail:
        raise ValueError("as asked")
    logger.warning("ends")


@pytest.fixture
def client() -> SyncSegueClient:
    return get_client(sync_client=True)


def fails() -> None:
    with pytest.raises(ValueError, match="as asked"):
        pipeline(1, fail=True)


def of_flow(name: str) -> FlowFilter:
    return FlowFilter(name=FlowFilterName(any_=[name]))


def by_id(run: FlowRun) -> FlowRunFilter:
    return FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))


def test_runs_are_read_newest_first_and_narrowed_by_their_flow(client: SyncSegueClient) -> None:
    pipeline(1)
    pipeline(3)
    runs = client.read_flow_runs(flow_filter=of_flow("pipeline"))
    assert [run.parameters["n"] for run in runs] == [3, 1]
    assert client.count_flow_runs() == 4
    assert client.count_flow_runs(flow_filter=of_flow("child")) == 2
    assert client.read_flow_run(runs[0].id) == runs[0]
    like = FlowFilter(name=FlowFilterName(like_="PIPE"))
    assert client.read_flow_runs(flow_filter=like) == runs


def test_pages_and_orders_add_up(client: SyncSegueClient) -> None:
    for _ in range(5):
        child()
    for sort in FlowRunSort:
        whole = client.read_flow_runs(sort=sort)
        parts = [client.read_flow_runs(sort=sort, limit=2, offset=at) for at in (0, 2, 4)]
        assert [run.id for part in parts for run in part] == [run.id for run in whole]
        assert len(whole) == 5
    assert client.read_flow_runs(limit=0) == []
    with pytest.raises(BadRequest):
        client.read_flow_runs(offset=-1)


def test_states_select_runs_by_type_by_name_and_by_what_they_are_not(client: SyncSegueClient) -> None:
    pipeline()
    fails()
    failed = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED]))
    other = FlowRunFilterState(name=FlowRunFilterStateName(not_any_=["Completed"]))
    either = FlowRunFilterState(
        operator=Operator.or_,
        type=FlowRunFilterStateType(any_=["FAILED"]),
        name=FlowRunFilterStateName(any_=["Completed"]),
    )
    assert client.count_flow_runs(flow_run_filter=FlowRunFilter(state=failed)) == 1
    assert client.count_flow_runs(flow_run_filter=FlowRunFilter(state=other)) == 1
    assert client.count_flow_runs(flow_run_filter=FlowRunFilter(state=either)) == 4


def test_an_empty_list_finds_nothing_unless_it_is_of_what_must_not_be(client: SyncSegueClient) -> None:
    child()
    for nothing in (FlowRunFilter(id=FlowRunFilterId(any_=[])), FlowRunFilter(tags=FlowRunFilterTags(any_=[]))):
        assert client.read_flow_runs(flow_run_filter=nothing) == []
        assert client.count_flow_runs(flow_run_filter=nothing) == 0
    anything = FlowRunFilterState(type=FlowRunFilterStateType(not_any_=[]))
    assert client.count_flow_runs(flow_run_filter=FlowRunFilter(state=anything)) == 1
    assert client.count_flow_runs(flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[]))) == 1


def test_a_residual_condition_keeps_limit_and_offset(client: SyncSegueClient) -> None:
    with tags("odd"):
        child()
    child()
    with tags("odd", "red"):
        child()
    given = FlowRunFilter(tags=FlowRunFilterTags(is_null_=False))
    assert [sorted(run.tags) for run in client.read_flow_runs(flow_run_filter=given)] == [["odd", "red"], ["odd"]]
    assert [run.tags for run in client.read_flow_runs(flow_run_filter=given, limit=1, offset=1)] == [["odd"]]


def test_task_runs_of_a_flow_run_and_the_one_that_stands_for_a_subflow(client: SyncSegueClient) -> None:
    pipeline(2)
    (run,) = client.read_flow_runs(flow_filter=of_flow("pipeline"))
    names = [each.name for each in client.read_task_runs(flow_run_filter=by_id(run), sort=TaskRunSort.NAME_ASC)]
    assert names == ["child-0", "double-0", "double-1"]
    stands = TaskRunFilter(subflow_runs=TaskRunFilterSubFlowRuns(exists_=True))
    (stand_in,) = client.read_task_runs(task_run_filter=stands)
    (inner,) = client.read_flow_runs(flow_filter=of_flow("child"))
    assert stand_in.child_flow_run_id == inner.id
    assert inner.parent_task_run_id == stand_in.id
    named = TaskRunFilter(name=TaskRunFilterName(any_=["double-1"]))
    assert client.read_flow_runs(task_run_filter=named) == [run]
    assert [state.name for state in client.read_task_run_states(stand_in.id)][-1] == "Completed"
    assert client.count_task_runs(flow_filter=of_flow("child")) == 1


def test_flows_are_found_by_name_and_by_their_runs(client: SyncSegueClient) -> None:
    pipeline()
    assert [each.name for each in client.read_flows()] == ["child", "pipeline"]
    found = client.read_flow_by_name("child")
    assert client.read_flow(found.id) == found
    runs = FlowRunFilter(name=FlowRunFilterName(any_=[client.read_flow_runs(flow_filter=of_flow("child"))[0].name]))
    assert client.read_flows(flow_run_filter=runs) == [found]
    assert client.count_flows() == 2
    with pytest.raises(ObjectNotFound):
        client.read_flow_by_name("nobody")
    client.delete_flow(found.id)
    assert client.count_flows() == 1


def test_log_lines_by_run_and_level(client: SyncSegueClient) -> None:
    pipeline(1)
    (run,) = client.read_flow_runs(flow_filter=of_flow("pipeline"))
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
    messages = [line.message for line in client.read_logs(of_run)]
    assert messages.index("begins with 1") < messages.index("ends")
    assert [line.message for line in client.read_logs(of_run, sort=LogSort.TIMESTAMP_DESC)] == messages[::-1]
    loud = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]), level=LogFilterLevel(ge_=30))
    assert [line.message for line in client.read_logs(loud)] == ["ends"]


def test_the_history_of_a_run_is_told_oldest_first(client: SyncSegueClient) -> None:
    fails()
    (run,) = client.read_flow_runs(flow_filter=of_flow("pipeline"))
    states = client.read_flow_run_states(run.id)
    assert [state.name for state in states] == ["Pending", "Running", "Failed"]
    assert states[-1] == run.state


def test_a_run_is_made_changed_and_deleted(client: SyncSegueClient) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    run = client.create_flow_run(pipeline, parameters={"n": 1}, tags=["made"], state=Scheduled(scheduled_time=later))
    assert (run.state_name, run.next_scheduled_start_time) == ("Scheduled", later)
    client.update_flow_run(run.id, name="renamed", tags=["changed"])
    assert (client.read_flow_run(run.id).name, client.read_flow_run(run.id).tags) == ("renamed", ["changed"])
    answer = client.set_flow_run_state(run.id, Cancelled(message="not needed"))
    assert (answer.status, answer.state is not None and answer.state.name) == (SetStateStatus.ACCEPT, "Cancelled")
    again = client.set_flow_run_state(run.id, Scheduled())
    assert again.status is SetStateStatus.ABORT
    forced = client.set_flow_run_state(run.id, Completed(), force=True)
    assert forced.status is SetStateStatus.ACCEPT
    client.delete_flow_run(run.id)
    for gone in (client.read_flow_run, client.delete_flow_run, client.read_flow_run_states):
        with pytest.raises(ObjectNotFound):
            gone(run.id)


def test_one_state_object_serves_several_runs(client: SyncSegueClient) -> None:
    state = Cancelled()
    for _ in range(2):
        run = client.create_flow_run(pipeline)
        assert client.set_flow_run_state(run.id, state).status is SetStateStatus.ACCEPT


def test_a_task_run_is_changed_and_deleted(client: SyncSegueClient) -> None:
    child()
    (run,) = client.read_task_runs()
    assert client.set_task_run_state(run.id, Completed(name="Checked"), force=True).status is SetStateStatus.ACCEPT
    assert client.read_task_run(run.id).state_name == "Checked"
    client.delete_task_run(run.id)
    with pytest.raises(ObjectNotFound):
        client.read_task_run(run.id)


def test_variables(client: SyncSegueClient) -> None:
    made = client.create_variable(VariableCreate(name="limit", value={"rows": 5}, tags=["a"]))
    assert client.read_variable_by_name("limit") == made
    with pytest.raises(ObjectAlreadyExists):
        client.create_variable(VariableCreate(name="limit", value=1))
    client.update_variable(VariableUpdate(name="limit", value=6))
    assert [(each.value, each.tags) for each in client.read_variables()] == [(6, ["a"])]
    client.delete_variable_by_name("limit")
    assert client.read_variable_by_name("limit") is None
    with pytest.raises(ObjectNotFound):
        client.delete_variable_by_name("limit")


def test_artifacts_keep_their_versions(client: SyncSegueClient) -> None:
    first = client.create_artifact(ArtifactCreate(key="report", type="markdown", data="# one"))
    second = client.create_artifact(ArtifactCreate(key="report", type="markdown", data="# two"))
    assert [each.id for each in client.read_artifacts()] == [second.id, first.id]
    assert [each.latest_id for each in client.read_latest_artifacts()] == [second.id]
    client.update_artifact(first.id, ArtifactUpdate(data="# one and a half"))
    assert {each.data for each in client.read_artifacts()} == {"# one and a half", "# two"}
    client.delete_artifact(first.id)
    assert client.count_artifacts() == 1


def test_values_sent_to_a_run(client: SyncSegueClient) -> None:
    run = client.create_flow_run(pipeline)
    client.create_flow_run_input(run.id, "ask", "1")
    client.create_flow_run_input(run.id, "ask-more", "2", sender="me")
    with pytest.raises(ObjectAlreadyExists):
        client.create_flow_run_input(run.id, "ask", "3")
    assert [each.key for each in client.filter_flow_run_input(run.id, "ask", 10, [])] == ["ask", "ask-more"]
    assert [each.sender for each in client.filter_flow_run_input(run.id, "ask", 10, ["ask"])] == ["me"]
    assert client.read_flow_run_input(run.id, "ask") == "1"
    client.delete_flow_run_input(run.id, "ask")
    with pytest.raises(ObjectNotFound):
        client.read_flow_run_input(run.id, "ask")


def test_what_is_not_there_is_said(client: SyncSegueClient) -> None:
    for read in (client.read_flow_run, client.read_task_run, client.read_flow):
        with pytest.raises(ObjectNotFound):
            read(new_id())
    with pytest.raises(ValueError, match="hexadecimal"):
        client.read_flow_run("not an id")
    assert (client.hello().status_code, client.hello().json()) == (200, "👋")
    assert client.api_version() == client.client_version()
    assert client.api_healthcheck() is None


def test_the_async_client_has_every_method() -> None:
    public = {name for name, _ in inspect.getmembers(SyncSegueClient, callable) if not name.startswith("_")}
    assert public <= set(dir(SegueClient))
    for name in public:
        assert getattr(SegueClient, name).__doc__ == getattr(SyncSegueClient, name).__doc__


def test_async_code_awaits_the_same_methods() -> None:
    @flow
    async def main() -> list[str]:
        async with get_client() as client:
            runs = await client.read_flow_runs(limit=5)
            return [run.name for run in runs]

    assert len(asyncio.run(main())) == 1


def test_a_client_is_entered_again_but_not_after_it_was_left() -> None:
    client = get_client(sync_client=True)
    with client, client:
        assert client.count_flow_runs() == 0
        assert str(client.api_url) == "http://localhost/api/"
    with pytest.raises(RuntimeError, match="cannot be started again"), client:
        pass
    with pytest.raises(RuntimeError, match="async context"):
        get_client().__enter__()


def test_runs_read_back_say_what_they_were_told() -> None:
    attempts: list[int] = []

    @task(retries=2, retry_delay_seconds=[0.5, 3], retry_jitter_factor=0.25, version="v7")
    def told() -> None: ...

    @flow(retries=1, retry_delay_seconds=0)
    def twice() -> None:
        attempts.append(1)
        told.with_options(task_run_name=f"told-{len(attempts)}")()
        double(1)
        if len(attempts) < 2:
            raise ValueError("not yet")

    twice()
    with get_client(sync_client=True) as client:
        (flow_run,) = client.read_flow_runs()
        tasks = {run.name: run for run in client.read_task_runs()}
        again = client.read_task_run(tasks["told-2"].id)
    policy = again.empirical_policy
    assert (policy.retries, policy.retry_delay, policy.retry_jitter_factor) == (2, [0.5, 3], 0.25)
    assert (again.task_version, again.flow_run_run_count) == ("v7", 2)
    assert tasks["told-1"].flow_run_run_count == 1
    plain = tasks["double-0"]
    assert (plain.task_version, plain.flow_run_run_count, plain.empirical_policy.retries) == (None, 1, 0)
    assert (flow_run.empirical_policy.retries, flow_run.empirical_policy.retry_delay) == (1, 0)
