"""Flows that last until somebody ends them: `runs.py FLOW` prints `begun` once the flow is where the test wants it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from segue import flow, get_run_logger, task
from segue.states import State
from segue.task_runners import ProcessPoolTaskRunner

FOREVER = 600


def begun(*facts: object) -> None:
    print("begun", *facts, flush=True)


def told(_flow: object, _run: object, state: State) -> None:
    with Path(os.environ["LEDGER"]).open("a") as file:
        file.write(f"hook {state.name}\n")


def write(line: object) -> None:
    with Path(os.environ["LEDGER"]).open("a") as file:
        file.write(f"{line}\n")


@flow(on_cancellation=[told], on_crashed=[told], on_failure=[told], on_completion=[told])
def sleeping() -> None:
    begun()
    time.sleep(FOREVER)


@flow(on_cancellation=[told])
def busy() -> None:
    begun()
    number = 0
    while True:
        number += 1


@flow(on_cancellation=[told], on_crashed=[told])
async def async_sleeping() -> None:
    begun()
    await asyncio.sleep(FOREVER)


@task
async def async_nap() -> None:
    await asyncio.sleep(FOREVER)


@flow(on_cancellation=[told])
async def async_gathering() -> None:
    futures = [asyncio.ensure_future(async_nap()) for _ in range(3)]
    await asyncio.sleep(0)
    begun()
    await asyncio.gather(*futures)


@task
def nap(number: int) -> None:
    write(f"task {number} begun")
    try:
        while True:
            time.sleep(0.01)
    finally:
        write(f"task {number} ended")


@flow(on_cancellation=[told], on_crashed=[told])
def in_pool() -> None:
    futures = nap.map(range(4))
    while len(Path(os.environ["LEDGER"]).read_text().splitlines() if Path(os.environ["LEDGER"]).exists() else []) < 4:
        time.sleep(0.01)
    begun()
    futures.result()


@flow(on_cancellation=[told])
def async_in_pool() -> None:
    future = async_nap.submit()
    while not future.state.is_running():
        time.sleep(0.01)
    begun()
    future.result()


@flow(on_cancellation=[told])
def below() -> None:
    begun()
    time.sleep(FOREVER)


@flow(on_cancellation=[told])
def above() -> None:
    below()


@flow
def above_that_goes_on() -> str:
    state = below(return_state=True)
    return f"it was {state.name}"


@flow(on_cancellation=[told])
def stubborn() -> None:
    """C code that returns to Python when the test says so."""
    begun()
    # Holds no bytecode back: reading a pipe that the test writes to, with the signals kept away from this thread.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    sys.stdin.readline()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    time.sleep(FOREVER)


@flow(on_cancellation=[told])
def swallowing() -> None:
    begun()
    try:
        time.sleep(FOREVER)
    except BaseException as error:  # noqa: BLE001
        write(type(error).__name__)
    # Whatever it asks for next tells it again.
    nap(1)
    write("went on")


GRANDCHILDREN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
os.write(1, f"{os.getpid()}\\n".encode())
time.sleep(600)
"""


@task(isolation="process")
def with_grandchildren() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with subprocess.Popen([sys.executable, "-c", GRANDCHILDREN], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        print("begun", os.getpid(), child.stdout.readline().strip(), child.stdout.readline().strip(), flush=True)
        time.sleep(FOREVER)


@flow(on_cancellation=[told])
def isolated_task() -> None:
    with_grandchildren()


@flow(on_cancellation=[told])
def isolated_in_pool() -> None:
    with_grandchildren.submit().result()


@task
def with_grandchildren_in_a_pool() -> None:
    with_grandchildren.fn()


@flow(on_cancellation=[told], task_runner=ProcessPoolTaskRunner(max_workers=1))
def in_pool_of_processes() -> None:
    with_grandchildren_in_a_pool.submit().result()


@flow(on_cancellation=[told])
async def isolated_in_async() -> None:
    with_grandchildren()


@flow(isolation="process", on_cancellation=[told])
def isolated_flow() -> None:
    with_grandchildren.fn()


@task(isolation="process")
async def async_isolated() -> None:
    with_grandchildren.fn()


@flow(on_cancellation=[told])
async def async_isolated_task() -> None:
    await async_isolated()


@task(retries=3, retry_delay_seconds=FOREVER)
def fails() -> None:
    raise ValueError("again")


@flow(on_cancellation=[told])
def between_retries() -> None:
    threading.Thread(target=announce_retry, daemon=True).start()
    fails()


@flow(retries=3, retry_delay_seconds=FOREVER, on_cancellation=[told], on_crashed=[told])
def between_attempts() -> None:
    threading.Thread(target=announce_retry, daemon=True).start()
    raise ValueError("again")


def announce_retry() -> None:
    from segue.client import get_client

    client = get_client(sync_client=True)
    while True:
        names = [each.state_name for each in client.read_flow_runs()] + [
            each.state_name for each in client.read_task_runs()
        ]
        if "AwaitingRetry" in names:
            begun()
            return
        time.sleep(0.02)


@flow
def in_thread_of_its_own() -> None:
    begun()
    while True:
        time.sleep(0.01)


@flow(on_crashed=[told])
def exits() -> None:
    sys.exit(3)


@flow(on_crashed=[told])
def interrupted() -> None:
    raise KeyboardInterrupt


@flow(on_crashed=[told])
def subflow_sleeping() -> None:
    sleeping()


@flow
def with_open_tasks() -> None:
    """Tasks in every unfinished state, and a subflow."""
    first = nap.submit(1)
    nap.submit(2, wait_for=[first])
    get_run_logger().info("a line")
    below()


@flow
def catastrophe() -> None:
    """C code that holds the interpreter lock for longer than anybody waits."""
    begun()
    re.match(r"(a+)+$", "a" * 40 + "b")


def main() -> None:
    chosen = globals()[sys.argv[1]]
    if "--thread" in sys.argv:
        thread = threading.Thread(target=chosen)
        thread.start()
        thread.join()
        return
    value = chosen()
    value = asyncio.run(value) if asyncio.iscoroutine(value) else value
    print("returned", value)


if __name__ == "__main__":
    main()
