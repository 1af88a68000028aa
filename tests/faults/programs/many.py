"""Programs with many flows, threads and processes at once: `many.py NAME`."""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from segue import flow, task
from segue.task_runners import ThreadPoolTaskRunner

FOREVER = 600


@task
def add(one: int, two: int) -> int:
    return one + two


@flow
def small(number: int) -> int:
    return add(number, 1) + sum(add.map([1, 2, 3], number).result())


@flow
async def async_small(number: int) -> int:
    await asyncio.sleep(0.001 * (number % 7))
    return add(number, 1) + sum(add.map([1, 2, 3], number).result())


@flow
async def async_sleeping() -> None:
    print("begun", flush=True)
    await asyncio.sleep(FOREVER)


async def two_on_a_loop() -> None:
    await asyncio.gather(async_sleeping(), async_sleeping())


@flow
def waits_for_a_signal() -> None:
    print("begun", flush=True)
    while not HEARD:
        time.sleep(0.01)


HEARD: list[int] = []


def own_handlers() -> None:
    def hear(number: int, _: object) -> None:
        # Not printed: the signal may come while the flow prints.
        os.write(1, f"heard {number}\n".encode())
        HEARD.append(number)

    signal.signal(signal.SIGTERM, hear)
    waits_for_a_signal()
    print("returned")


def handlers_after() -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    small(1)
    asyncio.run(async_small(2))
    print("returned", before == [signal.getsignal(number) for number in numbers])


def in_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        print(sum(pool.map(small, range(40))))


async def on_one_loop() -> None:
    print(sum(await asyncio.gather(*(async_small(number) for number in range(40)))))


def loops_in_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(lambda number: asyncio.run(async_small(number)), range(12))))


def square(number: int) -> int:
    return number * number


@flow
def pool_of_processes() -> int:
    """A pool of the standard library, forked in the middle of a run."""
    add(1, 2)
    with multiprocessing.get_context("fork").Pool(3) as pool:
        values = pool.map(square, range(10))
    return sum(values) + add(3, 4)


@flow
def called_in_child(number: int) -> int:
    return add(number, 1)


def exits_with_what_a_flow_returns() -> None:
    os._exit(called_in_child(41))


@flow
def flow_in_a_fork() -> int:
    """A forked child that calls a flow: a run of its own."""
    add(1, 2)
    child = multiprocessing.get_context("fork").Process(target=exits_with_what_a_flow_returns)
    child.start()
    child.join()
    return add(child.exitcode or 0, 0)


@flow
def falls_through() -> str:
    """A forked child that comes back from the body like its parent."""
    future = add.submit(1, 2)
    future.wait()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        add(1, 2)
    return f"{'parent' if pid else 'child'} {future.result()}"


@flow
def waits_in_a_fork() -> str:
    """A task of the parent's, waited for in a child."""
    future = long.submit()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        DONE.set()
        return f"parent {future.result()}"
    try:
        return f"child {future.result()}"
    except RuntimeError as error:
        return f"child {error}"


DONE = threading.Event()


@task
def long() -> int:
    DONE.wait()
    return 3


@flow
def child_exits() -> str:
    add.submit(1, 2)
    pid = os.fork()
    if not pid:
        sys.exit(0)
    os.waitpid(pid, 0)
    return "parent"


@task
def sleeps() -> None:
    time.sleep(FOREVER)


@flow(timeout_seconds=0.3)
def leaves_threads() -> None:
    """Threads that nothing can interrupt are still there when the interpreter exits."""
    sleeps.submit().result()


def leaves_threads_behind() -> None:
    print(leaves_threads(return_state=True).name)


def thread_still_runs_a_flow() -> None:
    begun = threading.Event()

    @flow
    def endless() -> None:
        begun.set()
        time.sleep(FOREVER)

    threading.Thread(target=endless, daemon=True).start()
    begun.wait()
    print("leaving")


@flow
def fifty_tasks() -> int:
    return sum(add(number, 1) for number in range(30)) + sum(add.map(range(20), 1).result())


def fifty() -> None:
    print("begun", flush=True)
    print(fifty_tasks())


def again_and_again() -> None:
    print("begun", flush=True)
    while True:
        fifty_tasks()


@flow
async def async_short() -> int:
    await asyncio.sleep(0.002)
    return add(1, 2)


@flow
def short() -> int:
    time.sleep(0.002)
    return add(1, 2)


async def one_after_the_other() -> None:
    """Flows on one loop, with nothing between them: a signal comes while one runs, while one begins, or while one ends."""
    print("begun", flush=True)
    while True:
        await async_short()
        short()
        await async_short()


@task
async def async_cleans_up(name: str) -> None:
    try:
        print("begun", flush=True)
        await asyncio.sleep(FOREVER)
    finally:
        await asyncio.sleep(0.2)
        print(name, "cleaned up", flush=True)


@flow
async def cleans_up_in_tasks() -> None:
    await all_of(async_sleeping_task(), async_cleans_up("task"))


@task
async def async_sleeping_task() -> None:
    await asyncio.sleep(FOREVER)


@flow
async def cleans_up_itself() -> None:
    await async_cleans_up.fn("flow")


async def with_cleaning_up() -> None:
    """One that ends at once, and others that need the loop for their end."""
    await all_of(
        async_short(), async_sleeping(), cleans_up_in_tasks(), cleans_up_itself(), async_cleans_up.fn("code beside")
    )


async def all_of(*works: Coroutine[Any, Any, object]) -> None:
    """Wait for all of them, also where some were cancelled; `asyncio.gather` leaves at the first."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)


async def two_by_two() -> None:
    print("begun", flush=True)
    while True:
        await asyncio.gather(async_short(), async_short())


def without_a_loop() -> None:
    print("begun", flush=True)
    while True:
        short()


def interrupts() -> str:
    """Somebody types Ctrl-C while a run begins."""
    os.kill(os.getpid(), signal.SIGINT)
    return "interrupted"


@flow(flow_run_name=interrupts)
async def begins() -> None:
    print("its body began", flush=True)
    await asyncio.sleep(FOREVER)


def stays(*_: object) -> None:
    print("in a hook", flush=True)
    time.sleep(FOREVER)


@flow(on_completion=[stays])
async def with_a_hook_that_stays() -> None:
    """Its body ends at once."""


class Interrupting(ThreadPoolTaskRunner):
    """Somebody types Ctrl-C when the body has ended, before that is recorded."""

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        os.kill(os.getpid(), signal.SIGINT)


@flow(task_runner=Interrupting())
async def at_its_end() -> int:
    return 1


async def interrupted_at_the_end() -> None:
    await at_its_end()
    await asyncio.sleep(FOREVER)


if __name__ == "__main__":
    value = globals()[sys.argv[1]]()
    value = asyncio.run(value) if asyncio.iscoroutine(value) else value
    if value is not None:
        print(value)
