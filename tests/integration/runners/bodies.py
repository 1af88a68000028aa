"""Tasks and flows of the contract that every task runner keeps; workers import them from here."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from segue import allow_failure, flow, get_run_logger, tags, task, unmapped
from segue.artifacts import create_markdown_artifact
from segue.blocks.system import Secret
from segue.cache_policies import INPUTS
from segue.context import TaskRunContext
from segue.events import emit_event
from segue.runtime import flow_run, task_run
from segue.variables import Variable

BIG = 400_000


def wait_for(path: Path) -> None:
    """Wait until a file is there; in small steps, so that the wait can be interrupted."""
    while not path.exists():
        time.sleep(0.02)


@task
def add(left: int, right: int = 1) -> int:
    return left + right


@task
async def doubled(number: int) -> int:
    return number * 2


@task
def total(numbers: list[int], named: dict[str, int]) -> int:
    return sum(numbers) + sum(named.values())


def deeper(number: int) -> None:
    raise ValueError(f"not {number}")


@task
def fails(number: int) -> None:
    deeper(number)


@task(retries=2)
def third_time(folder: str) -> int:
    if task_run.run_count < 3:
        raise ValueError("not yet")
    return int(task_run.run_count)


@task(cache_policy=INPUTS)
def counted(folder: str) -> int:
    Path(folder, f"call-{time.monotonic_ns()}").touch()
    return len(list(Path(folder).glob("call-*")))


@task(timeout_seconds=0.3)
def too_slow() -> None:
    for _ in range(200):
        time.sleep(0.05)


@task
def outer(number: int) -> int:
    return add(add(number)) + add.submit(number).result()


@task(log_prints=True)
def says(number: int) -> int:
    get_run_logger().info("logged %d", number)
    print("printed", number)
    return number


@task(tags=["of-the-task"])
def who() -> dict[str, Any]:
    context = TaskRunContext.get()
    return {
        "task": task_run.name,
        "flow": flow_run.name,
        "tags": sorted(task_run.tags),
        "count": task_run.run_count,
        "parameters": flow_run.parameters,
        "same": str(context.task_run.id) == str(task_run.id) if context is not None else False,
        "pid": os.getpid(),
    }


@task
def leaves_traces() -> None:
    create_markdown_artifact("# from afar", key="from-afar")
    emit_event("shop.packed", {"segue.resource.id": "shop.order.1"})


@task
def reads(secret: str) -> tuple[str, int]:
    value = Secret.load(secret).get()
    get_run_logger().info("the secret is %s", value)
    return str(Variable.get("region")), len(value)


@task
def large(size: int) -> bytes:
    return b"x" * size


@task
def measured(blob: bytes) -> int:
    return len(blob)


class Heavy:
    """A large value that notes which processes load it."""

    def __init__(self, folder: str, size: int) -> None:
        self.folder = folder
        self.blob = b"x" * size

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        Path(self.folder, f"loaded-by-{os.getpid()}").touch()


@task
def heavy(folder: str, size: int) -> Heavy:
    return Heavy(folder, size)


@task
def weighed(thing: Heavy, others: dict[str, list[Heavy]] | None = None) -> int:
    return len(thing.blob) + sum(len(each.blob) for each in (others or {}).get("more", []))


@task
def holds(folder: str) -> None:
    """Run until it is stopped, and say when it is."""
    try:
        # In here: it is stopped as soon as somebody has read this.
        Path(folder, "begun").write_text(str(os.getpid()))
        get_run_logger().info("it has begun")
        wait_for(Path(folder, "go"))
    finally:
        Path(folder, "ended").touch()


@task
def seldom_long(folder: str, number: int) -> int:
    if number == 1077:
        wait_for(Path(folder, "go"))
    return number


@task
def meets(folder: str, number: int, all_of: int) -> int:
    """Return when so many calls are under way."""
    Path(folder, f"here-{number}").touch()
    for other in range(all_of):
        wait_for(Path(folder, f"here-{other}"))
    return number


@task
def boundless(folder: str) -> None:
    Path(folder, f"begun-{threading.get_ident()}").touch()
    while True:
        time.sleep(0.02)


@flow
def values() -> dict[str, Any]:
    first = add.submit(1)
    many = add.map([1, 2, 3], right=unmapped(10))
    return {
        "chain": add.submit(first, first).result(),
        "mapped": many.result(),
        "mapped again": add.map(many).result(),
        "async": doubled.submit(4).result(),
        "containers": total.submit([first, *many], {"a": first}).result(),
        "state": add.submit(5, return_state=True).result(),
        "allowed": add.submit(1, wait_for=[allow_failure(fails.submit(3))]).result(),
    }


@task(log_prints=True)
def counts(upto: int) -> int:
    """Say many things, which must be read in this order."""
    for number in range(upto):
        if number % 2:
            get_run_logger().info("line %d", number)
        else:
            print("line", number)
    return upto


@task(retries=1, tags=["brittle"])
def second_time(number: int) -> int:
    get_run_logger().warning("attempt %d of %d", task_run.run_count, number)
    if task_run.run_count == 1 and number % 2:
        raise ValueError("not yet")
    return number


@flow
def below(number: int) -> int:
    return add.submit(number).result()


@flow
def day(folder: str) -> dict[str, Any]:
    """A bit of everything that is recorded."""
    with tags("of-the-day"):
        tried = second_time.map([1, 2, 3])
    counted_up = counts.submit(20, wait_for=tried)
    total.submit([counted_up, *tried], {"a": add.submit(1)}).wait()
    leaves_traces.submit().wait()
    return {
        "tried": tried.result(),
        "counted": counted_up.result(),
        "failed": fails.submit(3, return_state=True).name,
        "not ready": add.submit(fails.submit(4), return_state=True).name,
        "allowed": add.submit(1, wait_for=[allow_failure(fails.submit(5))]).result(),
        "nested": outer.submit(1).result(),
        "twice": [counted.with_options(task_run_name="counted").submit(folder, return_state=True).name for _ in "12"],
        "below": below(3),
        "late": too_slow.submit(return_state=True).name,
    }


class Counted:
    """Notes how often it is serialized."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        Path(self.folder, f"serialized-{time.monotonic_ns()}").touch()
        return Counted, (self.folder,)
