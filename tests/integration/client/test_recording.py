"""What a program records and asks by the client alone, with a server and without: lines, task runs, labels, slots, raw requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from segue import flow, get_client, task
from segue.client.orchestration import SyncSegueClient
from segue.client.schemas.actions import GlobalConcurrencyLimitCreate, LogCreate
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId, LogFilterName, LogFilterText
from segue.client.schemas.objects import TaskRunResult
from segue.client.schemas.sorting import BlockDocumentSort
from segue.engine.session import forget
from segue.exceptions import ObjectNotFound, SegueHTTPStatusError
from segue.host import config
from segue.model.slots import SlotHolder
from segue.states import Completed, Running
from tests.serving import served


@pytest.fixture(params=["embedded", "served"])
def client(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SyncSegueClient]:
    """Give a client to a database of its own, or to a server of one."""
    if request.param == "embedded":
        yield get_client(sync_client=True)
        return
    (tmp_path / "served").mkdir()
    with served("", tmp_path / "served") as api:
        monkeypatch.setenv("SEGUE_API_URL", api)
        config.forget()
        yield get_client(sync_client=True)
        forget()
    monkeypatch.delenv("SEGUE_API_URL")
    config.forget()


@task(tags=["db"])
def load(x: int = 1) -> int:
    return x


@flow
def nightly() -> int:
    return load()


def a_run(client: SyncSegueClient) -> UUID:
    return client.create_flow_run(nightly, state=Running()).id


def status(refused: pytest.ExceptionInfo[SegueHTTPStatusError]) -> int:
    return refused.value.response.status_code


def test_lines_are_recorded_and_found_by_run_logger_and_text(client: SyncSegueClient) -> None:
    run = a_run(client)
    before = datetime(2026, 1, 31, 8, tzinfo=UTC)
    client.create_logs(
        [
            LogCreate(name="shop.orders", level=30, message="late: order 17", timestamp=before, flow_run_id=run),
            {"name": "shop.till", "level": 20, "message": "order 18", "flow_run_id": str(run)},
            {"name": "elsewhere", "level": 20, "message": "of no run"},
        ]
    )
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run]))
    first, second = client.read_logs(of_run)
    assert (first.message, first.level, first.name, first.timestamp, first.flow_run_id) == (
        "late: order 17", 30, "shop.orders", before, run,
    )  # fmt: skip
    assert datetime.now(UTC) - second.timestamp < timedelta(minutes=5)
    by_name = LogFilter(name=LogFilterName(any_=["shop.till", "elsewhere"]))
    assert [line.message for line in client.read_logs(by_name)] == ["order 18", "of no run"]
    assert [line.name for line in client.read_logs(LogFilter(text=LogFilterText(query="ORDER 17")))] == ["shop.orders"]
    with pytest.raises(ObjectNotFound):
        client.create_logs([{"name": "x", "level": 20, "message": "y", "flow_run_id": str(uuid4())}])
    with pytest.raises(TypeError):
        client.create_logs([{"name": "x", "level": 20}])
    many = [{"name": "many", "level": 10, "message": str(number)} for number in range(1_200)]
    client.create_logs(many)
    assert len(client.read_logs(LogFilter(name=LogFilterName(any_=["many"])), limit=2_000)) == 1_200


def test_task_runs_are_made_and_moved_without_an_engine(client: SyncSegueClient) -> None:
    run, id = a_run(client), uuid4()
    first = client.create_task_run(load, run, dynamic_key="0")
    made = client.create_task_run(
        load, run, dynamic_key="1", id=id, extra_tags=["night"], task_inputs={"x": [TaskRunResult(id=first.id)]}
    )
    assert (made.id, made.name, made.flow_run_id, made.dynamic_key) == (id, "load-1", run, "1")
    assert (sorted(made.tags), made.state_name) == (["db", "night"], "Pending")
    assert made.task_inputs["x"] == [TaskRunResult(id=first.id)]
    assert client.create_task_run(load, run, dynamic_key="2", id=id) == made
    for state in (Running(), Completed()):
        client.set_task_run_state(id, state)
    assert [each.name for each in client.read_task_run_states(id)] == ["Pending", "Running", "Completed"]
    alone = client.create_task_run(load, None, dynamic_key="0", name="alone", state=Completed())
    assert (alone.flow_run_id, alone.name, alone.state_name) == (None, "alone", "Completed")
    with pytest.raises(ObjectNotFound):
        client.create_task_run(load, uuid4(), dynamic_key="0")


def test_a_state_is_read_by_its_id(client: SyncSegueClient) -> None:
    nightly()
    (run,) = client.read_flow_runs()
    for state in client.read_flow_run_states(run.id):
        found = client.read_flow_run_state(state.id)
        assert (found.id, found.name, found.timestamp) == (state.id, state.name, state.timestamp)
        assert found.state_details.flow_run_id == run.id
    with pytest.raises(ObjectNotFound):
        client.read_flow_run_state(uuid4())


def test_labels_are_put_to_those_there_are(client: SyncSegueClient) -> None:
    run = a_run(client)
    client.update_flow_run_labels(run, {"team": "sales", "size": 3})
    client.update_flow_run_labels(run, {"size": 4, "urgent": True, "share": 0.5})
    client.set_flow_run_name(run, "named")
    found = client.read_flow_run(run)
    assert found.labels == {"team": "sales", "size": 4, "urgent": True, "share": 0.5}
    assert found.name == "named"
    with pytest.raises(ObjectNotFound):
        client.update_flow_run_labels(uuid4(), {"team": "x"})


def limit(client: SyncSegueClient, slots: int = 3, **facts: float) -> None:
    client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="db", limit=slots, **facts))  # type: ignore[arg-type]


def active(client: SyncSegueClient) -> int | None:
    return client.read_global_concurrency_limit_by_name("db").active_slots


def test_slots_are_taken_and_given_back_by_the_name_of_their_limit(client: SyncSegueClient) -> None:
    limit(client)
    answer = client.increment_concurrency_slots(names=["db", "of nobody"], slots=2, mode="concurrency")
    assert answer.status_code == 200
    (told,) = answer.json()
    assert (told["name"], told["limit"]) == ("db", 3)
    with pytest.raises(SegueHTTPStatusError) as full:
        client.increment_concurrency_slots(["db"], 2, "concurrency")
    assert status(full) == 423
    assert float(full.value.response.headers["retry-after"]) > 0
    with pytest.raises(SegueHTTPStatusError) as never:
        client.increment_concurrency_slots(["db"], 4, "concurrency")
    assert status(never) == 422
    # Whoever was refused waits for nothing, and stands in nobody's way.
    assert client.increment_concurrency_slots(["db"], 1, "concurrency").is_success
    assert active(client) == 3
    client.release_concurrency_slots(["db"], 1, occupancy_seconds=0.5)
    assert active(client) == 2
    client.release_concurrency_slots(["db"], 5, occupancy_seconds=0.5)
    assert active(client) == 0
    with pytest.raises(SegueHTTPStatusError) as unknown:
        client.release_concurrency_slots(["of nobody"], 1, 0.0)
    assert status(unknown) == 404


def test_every_limit_of_many_is_told(client: SyncSegueClient) -> None:
    names = [f"limit {number:03}" for number in range(201)]
    for name in names:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=1))
    assert [each["name"] for each in client.increment_concurrency_slots(names, 1, "concurrency").json()] == names


def test_slots_with_a_lease_are_kept_apart_from_those_without(client: SyncSegueClient) -> None:
    limit(client)
    mine = SlotHolder(type="flow_run", id=str(uuid4()))
    told = client.increment_concurrency_slots_with_lease(
        ["db"], 2, "concurrency", lease_duration=60, holder=mine
    ).json()
    assert [each["name"] for each in told["limits"]] == ["db"]
    client.increment_concurrency_slots(["db"], 1, "concurrency")
    client.release_concurrency_slots(["db"], 3, 0.0)
    assert active(client) == 2
    assert client.renew_concurrency_lease(told["lease_id"], 60)
    client.release_concurrency_slots_with_lease(told["lease_id"])
    assert active(client) == 0
    assert not client.renew_concurrency_lease(told["lease_id"], 60)
    with pytest.raises(SegueHTTPStatusError) as rate:
        client.increment_concurrency_slots_with_lease(["db"], 1, "rate_limit", lease_duration=60)
    assert status(rate) == 422


def test_a_rate_is_limited(client: SyncSegueClient) -> None:
    limit(client, 2, slot_decay_per_second=0.001)
    client.increment_concurrency_slots(["db"], 2, "rate_limit")
    with pytest.raises(SegueHTTPStatusError) as full:
        client.increment_concurrency_slots(["db"], 1, "rate_limit")
    assert (status(full), active(client)) == (423, 2)


def test_task_runs_take_slots_of_their_tags_and_a_reset_leaves_whom_it_names(client: SyncSegueClient) -> None:
    client.create_concurrency_limit("db", 2)
    found: dict[str, object] = {}

    @flow
    def holds() -> None:
        (run,) = client.read_flow_runs()
        one, two, three = (client.create_task_run(load, run.id, str(number), state=Running()).id for number in range(3))
        client.increment_v1_concurrency_slots(["db", "other"], one)
        assert [each["name"] for each in client.increment_v1_concurrency_slots(["db"], two).json()] == ["tag:db"]
        with pytest.raises(SegueHTTPStatusError) as full:
            client.increment_v1_concurrency_slots(["db"], three)
        found["status"] = status(full)
        client.reset_concurrency_limit_by_tag("db", slot_override=[two, three])
        found["kept"] = set(client.read_concurrency_limit_by_tag("db").active_slots) == {two, three}
        client.decrement_v1_concurrency_slots(["db"], two, occupancy_seconds=1.0)
        found["left"] = client.read_concurrency_limit_by_tag("db").active_slots == [three]
        found["refused"] = one

    holds()
    assert (found["status"], found["kept"], found["left"]) == (423, True, True)
    # With the run's end its slots are free, and it can be given none.
    assert client.read_concurrency_limit_by_tag("db").active_slots == []
    with pytest.raises(Exception, match="does not run now"):
        client.reset_concurrency_limit_by_tag("db", slot_override=[found["refused"]])  # type: ignore[list-item]
    client.reset_concurrency_limit_by_tag("db")


def test_the_api_is_asked_as_it_is_written(client: SyncSegueClient) -> None:
    run = a_run(client)
    answer = client.request("GET", "/flow-runs/{id}", path_params={"id": run})
    assert (answer.status_code, answer.json()["id"]) == (200, str(run))
    assert str(answer.request.url).endswith(f"/api/flow-runs/{run}")
    found = client.request("GET", "flow-runs", params={"state_types": ["RUNNING", "FAILED"], "limit": 1}).json()
    assert [each["id"] for each in found["items"]] == [str(run)]
    client.request("POST", "/variables", json={"name": "region", "value": {"a": [1]}})
    assert client.read_variable_by_name("region").value == {"a": [1]}  # type: ignore[union-attr]
    assert client.request("DELETE", "/variables/{name}", path_params={"name": "region"}).is_success
    for method, path, code in (
        ("GET", "/nowhere", "no-route"), ("DELETE", "/flows", "no-method"), ("GET", f"/flow-runs/{uuid4()}", "not-found"),
    ):  # fmt: skip
        with pytest.raises(SegueHTTPStatusError, match="Client error") as refused:
            client.request(method, path)  # type: ignore[arg-type]
        assert refused.value.response.json()["code"] == code
    with pytest.raises(SegueHTTPStatusError) as wrong:
        client.request("POST", "/variables", json={"name": "x", "valeu": 1})
    assert (status(wrong), "valeu" in str(wrong.value)) == (422, True)
    with pytest.raises(ValueError, match="path_params"):
        client.request("GET", "/flow-runs/{id}")
    with pytest.raises(ValueError, match="no header"):
        client.request("GET", "/flows", headers={"x": "a\r\nb: c"})


def test_client_and_server_understand_each_other(client: SyncSegueClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_for_api_version_mismatch()
    if not config.current().api.url:
        return
    monkeypatch.setattr("segue.backend.asking.API_VERSION", 99)
    with pytest.raises(RuntimeError, match=r"Found incompatible versions: .*speaks 99"):
        client.raise_for_api_version_mismatch()


def test_blocks_are_listed_by_their_type_and_name(client: SyncSegueClient) -> None:
    from segue.blocks.system import JSON, Secret

    for name in ("a", "c"):
        Secret(value=name).save(name)
        JSON(value=name).save(name)
    JSON(value=1).save("b")
    by_type = client.read_block_documents(sort=BlockDocumentSort.BLOCK_TYPE_AND_NAME_ASC)
    assert [each.name for each in by_type] == ["a", "b", "c", "a", "c"]
    assert [each.name for each in client.read_block_documents(sort="NAME_DESC")][-2:] == ["a", "a"]
    pages = [client.request("GET", "/block-documents", params={"sort": "type-name", "limit": 2}).json()]
    while pages[-1].get("next"):
        params = {"sort": "type-name", "limit": 2, "after": pages[-1]["next"]}
        pages.append(client.request("GET", "/block-documents", params=params).json())
    assert [item["name"] for page in pages for item in page["items"]] == ["a", "b", "c", "a", "c"]


def test_async_code_awaits_them(client: SyncSegueClient) -> None:
    run = a_run(client)

    async def main() -> None:
        async with get_client() as awaited:
            await awaited.create_logs([{"name": "x", "level": 20, "message": "y", "flow_run_id": run}])
            await awaited.update_flow_run_labels(run, {"a": 1})
            answer = await awaited.request("GET", "/flow-runs/{id}", path_params={"id": run})
            assert answer.json()["labels"] == {"a": 1}
            assert (await awaited.increment_concurrency_slots([], 1, "concurrency")).json() == []

    asyncio.run(main())
