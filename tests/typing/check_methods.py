"""What checkers know of methods, hooks and the functions around runs: read by mypy and basedpyright, never run."""

from typing import assert_type
from uuid import UUID

from segue import Flow, Task, flow, get_client, get_run_logger, tags, task
from segue.cache_policies import INPUTS, TASK_SOURCE
from segue.client.schemas.objects import FlowRun, TaskRun
from segue.context import get_run_context
from segue.futures import SegueFuture
from segue.runtime import flow_run
from segue.states import Completed, State
from segue.transactions import transaction
from segue.variables import Variable


class Plant:
    height = 1

    @task
    def grow(self, by: int) -> int:
        self.height += by
        return self.height

    @task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True)
    async def water(self, litres: float) -> str:
        return f"{litres} l"

    @flow
    def season(self, weeks: int = 10) -> list[int]:
        return [self.grow(week) for week in range(weeks)]

    @staticmethod
    @task
    def weigh(kilos: float) -> float:
        return kilos


def methods() -> None:
    plant = Plant()
    assert_type(plant.grow(2), int)
    assert_type(plant.grow.submit(2), SegueFuture[int])
    assert_type(plant.season(weeks=3), list[int])
    assert_type(plant.season(3, return_state=True), State[list[int]])
    assert_type(Plant.weigh(2.0), float)
    plant.grow("a lot")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


async def async_methods() -> None:
    assert_type(await Plant().water(1.5), str)


def on_flow_failure(flow: Flow[..., object], flow_run: FlowRun, state: State) -> None:
    assert_type(flow_run.id, UUID)


def on_task_completion(task: Task[..., object], task_run: TaskRun, state: State) -> None:
    assert_type(state.message, str | None)


@task(on_completion=[on_task_completion], task_run_name=lambda: "named", retry_condition_fn=lambda t, r, s: True)
def hooked(x: int) -> int:
    return x


@hooked.on_failure
def told(task: Task[..., object], task_run: TaskRun, state: State) -> int:
    return 1


@hooked.on_rollback
def undo(transaction: object) -> None: ...


@flow(on_failure=[on_flow_failure], on_crashed=[on_flow_failure])
def surroundings(x: int) -> State[int]:
    logger = get_run_logger()
    logger.info("x is %s", x)
    with tags("a", "b") as current:
        assert_type(current, set[str])
    with transaction(key="k") as txn:
        txn.set("x", x)
        hooked(x)
    Variable.set("limit", 3, overwrite=True)
    print(get_run_context(), flow_run.id)
    return Completed(message="fine", data=x)


def hooks_stay_functions() -> None:
    assert_type(told(hooked, TaskRun.__new__(TaskRun), Completed()), int)


async def reads() -> None:
    async with get_client() as client:
        runs = await client.read_flow_runs(limit=3)
        assert_type(runs, list[FlowRun])
    with get_client(sync_client=True) as reader:
        assert_type(reader.read_flow_runs(), list[FlowRun])
