"""A day in the life of the SDK: what it records must not depend on where it is recorded."""

import asyncio
import multiprocessing
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

from segue import flow, get_run_logger, pause_flow_run, resume_flow_run, tags, task
from segue.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from segue.cache_policies import INPUTS
from segue.client import get_client
from segue.futures import wait
from segue.input import RunInput
from segue.runtime import flow_run
from segue.states import Completed
from segue.task_runners import ProcessPoolTaskRunner
from segue.variables import Variable


class Answer(RunInput):
    number: int


@task
def add(one: int, two: int) -> int:
    return one + two


@task(retries=2, retry_delay_seconds=0)
def flaky(marks: str) -> str:
    with Path(marks).open("a+") as file:
        file.write("x")
        file.seek(0)
        if len(file.read()) < 3:
            raise ValueError("not yet")
    return "now"


@task(cache_policy=INPUTS, cache_expiration=timedelta(hours=1), persist_result=True)
def cached(number: int) -> int:
    return number * 10


@task
def fails() -> None:
    raise LookupError("never")


@flow(flow_run_name="inner-{n}")
def inner(n: int) -> int:
    return add.submit(n, 1).result() + add(n, 2)


@flow(flow_run_name="tasks", log_prints=True)
def tasks_of_all_kinds(marks: str) -> int:
    print("printed")
    get_run_logger().warning("logged")
    with tags("tagged"):
        total = add(1, 2) + sum(add.map([1, 2, 3], 10).result())
    flaky(marks)
    assert fails(return_state=True).is_failed()
    future = fails.submit()
    future.wait()
    assert future.state.is_failed()
    first, second = cached(4), cached(4)
    wait([add.submit(i, i) for i in range(20)])
    return total + first + second + inner(5)


@flow(flow_run_name="asynchronous")
async def asynchronous() -> list[int]:
    @task
    async def later(n: int) -> int:
        await asyncio.sleep(0.001)
        return n

    return list(await asyncio.gather(*[later(n) for n in range(10)]))


@flow(flow_run_name="pool", task_runner=ProcessPoolTaskRunner(max_workers=2))
def pool() -> int:
    return sum(add.map([1, 2, 3, 4], 1).result())


@flow(flow_run_name="leaves")
def leaves_things() -> None:
    create_markdown_artifact("# told", key="page")
    create_table_artifact([{"a": 1}], key="table")
    bar = create_progress_artifact(0.0, key="bar")
    update_progress_artifact(bar, 100.0)
    Variable.set("region", {"name": "north"}, overwrite=True)
    assert Variable.get("region") == {"name": "north"}


@flow(flow_run_name="asks")
def asks() -> int:
    id = flow_run.id or ""

    def answer() -> None:
        with get_client(sync_client=True) as client:
            while getattr(client.read_flow_run(id).state, "name", "") != "Paused":
                pass
        resume_flow_run(id, run_input={"number": 7})

    thread = threading.Thread(target=answer)
    thread.start()
    got = pause_flow_run(wait_for_input=Answer, timeout=60)
    thread.join()
    return got.number


@flow(flow_run_name="durable", durable=True, persist_result=True)
def durable() -> int:
    return sum(add(n, n) for n in range(5))


@flow(flow_run_name="bad")
def bad() -> None:
    raise RuntimeError("on purpose")


@flow(flow_run_name="named")
def named() -> object:
    return Completed(name="Splendid", message="well done")


@flow(flow_run_name="forks")
def forks() -> int:
    child = os.fork()
    if child == 0:
        os._exit(add.fn(1, 1))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@flow(flow_run_name="elsewhere")
def elsewhere() -> int:
    return add(3, 3)


@flow(flow_run_name="parent")
def has_a_child_process() -> int:
    child = multiprocessing.get_context("fork").Process(target=elsewhere)
    add(1, 1)
    child.start()
    child.join()
    add(2, 2)
    return child.exitcode or 0


@flow(flow_run_name="isolated", isolation="process")
def isolated() -> int:
    return add(2, 2)


if __name__ == "__main__":
    print(tasks_of_all_kinds(sys.argv[1]))
    print(asyncio.run(asynchronous()))
    print(pool(), forks(), has_a_child_process(), asks(), durable(), isolated())
    leaves_things()
    for each in (named(return_state=True), bad(return_state=True)):
        print(each.name)
    print(add(40, 2))
