"""Futures of flow runs, and task runs that are made before they begin."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from segue import flow, get_client, task
from segue.client.schemas.objects import FlowRun
from segue.exceptions import ObjectNotFound
from segue.futures import SegueDistributedFuture, SegueFlowRunFuture
from segue.task_engine import run_task_async, run_task_sync
from segue.task_worker import TaskWorker
from segue.testing.utilities import segue_test_harness


@pytest.fixture(autouse=True)
def home() -> Iterator[None]:
    with segue_test_harness():
        yield


@task
def double(number: int) -> int:
    return 2 * number


def flow_run(name: str) -> FlowRun:
    with get_client(sync_client=True) as client:
        (found,) = [each for each in client.read_flow_runs() if each.flow_name == name]
    return found


def test_a_run_that_goes_on_is_waited_for() -> None:
    begun, go, told = threading.Event(), threading.Event(), threading.Event()

    @flow(persist_result=True)
    def slow() -> int:
        begun.set()
        go.wait(60)
        return 7

    @flow
    def after() -> int:
        return double.submit(future).result()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(60)
    future: SegueFlowRunFuture[int] = SegueFlowRunFuture(flow_run("slow").id)
    future.wait(timeout=0.05)
    assert not future.state.is_final()
    with pytest.raises(TimeoutError, match=rf"Flow run {future.flow_run_id} did not complete within 0.05 seconds"):
        future.result(timeout=0.05)
    with pytest.raises(TimeoutError):
        asyncio.run(future.aresult(timeout=0.05))
    future.add_done_callback(lambda _: told.set())
    assert not told.is_set()
    go.set()
    thread.join(60)
    assert told.wait(60)
    again = pickle.loads(pickle.dumps(future))
    assert again == future
    assert [future.result(), again.result(timeout=20), asyncio.run(again.aresult())] == [7, 7, 7]
    # Given to a task it stands for its value, and is no task run that the other came after.
    assert after() == 14
    with get_client(sync_client=True) as client:
        (run,) = client.read_task_runs()
    assert run.task_inputs == {"number": []}
    with pytest.raises(AttributeError, match="flow_run_id"):
        _ = future.task_run_id


def test_there_is_no_such_run() -> None:
    future: SegueFlowRunFuture[int] = SegueFlowRunFuture(uuid4())
    for ask in (future.wait, future.result, lambda: future.state, lambda: asyncio.run(future.wait_async())):
        with pytest.raises(ObjectNotFound):
            ask()


def test_a_run_that_was_made_begins_later() -> None:
    @task
    async def triple(number: int) -> int:
        return 3 * number

    async def calls() -> list[object]:
        with pytest.raises(ValueError, match="deferred"):
            await double.create_run(id=uuid4(), parameters={"number": 1}, deferred=True)
        made = await double.create_run(parameters={"number": 1})
        second = await triple.create_run(id=uuid4(), parameters={"number": 1})
        return [
            made.id, await asyncio.to_thread(run_task_sync, double, task_run_id=made.id, parameters={"number": 4}),
            second.id, await run_task_async(triple, task_run_id=second.id, parameters={"number": 5}),
        ]  # fmt: skip

    one, eight, other, fifteen = asyncio.run(calls())
    assert (eight, fifteen) == (8, 15)
    with get_client(sync_client=True) as client:
        assert {run.id: run.state_name for run in client.read_task_runs()} == {one: "Completed", other: "Completed"}


def test_a_run_for_a_task_worker_is_done_by_one() -> None:
    later = asyncio.run(double.with_options(persist_result=True).create_run(parameters={"number": 4}, deferred=True))
    worker = TaskWorker(double)

    async def serves() -> int:
        serving = asyncio.create_task(worker.astart())
        value: int = await SegueDistributedFuture[int](later.id).result_async(timeout=60)
        worker.stop()
        await serving
        return value

    assert asyncio.run(serves()) == 8
