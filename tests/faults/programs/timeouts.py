"""Calls that take longer than they may: `timeouts.py FLOW` prints the state it ended in, and what it took."""

import asyncio
import re
import sys
import threading
import time
from typing import Any

from segue import flow, task
from segue.flows import Flow

FOREVER = 600
SHORT = 0.3


@flow(timeout_seconds=SHORT)
def sleeping() -> None:
    time.sleep(FOREVER)


@flow(timeout_seconds=SHORT)
def busy() -> None:
    while True:
        pass


@flow(timeout_seconds=SHORT)
def swallows_exceptions() -> None:
    while True:
        try:
            time.sleep(FOREVER)
        except Exception:  # noqa: BLE001
            print("swallowed")


@flow(timeout_seconds=SHORT)
async def async_sleeping() -> None:
    await asyncio.sleep(FOREVER)


@flow(isolation="process", timeout_seconds=SHORT)
def isolated_c_code() -> None:
    re.match(r"(a+)+$", "a" * 40 + "b")


@task(timeout_seconds=SHORT)
def nap() -> None:
    time.sleep(FOREVER)


@task(timeout_seconds=SHORT)
def naps() -> None:
    while True:
        time.sleep(0.01)


@task(timeout_seconds=FOREVER, retries=5)
def patient() -> None:
    time.sleep(FOREVER)


@task(timeout_seconds=FOREVER, retries=5)
def patient_naps() -> None:
    while True:
        time.sleep(0.01)


@task(timeout_seconds=SHORT)
async def async_nap() -> None:
    await asyncio.sleep(FOREVER)


@task(timeout_seconds=FOREVER, retries=5)
async def async_patient() -> None:
    await asyncio.sleep(FOREVER)


@task(isolation="process", timeout_seconds=SHORT)
def c_code() -> None:
    re.match(r"(a+)+$", "a" * 40 + "b")


@task(isolation="process", timeout_seconds=SHORT)
async def async_c_code() -> None:
    re.match(r"(a+)+$", "a" * 40 + "b")


@flow(timeout_seconds=FOREVER)
def task_in_main_thread() -> str:
    return nap(return_state=True).name


@flow
def task_in_pool() -> str:
    return naps.submit(return_state=True).name


@flow
def async_task_in_pool() -> str:
    return async_nap.submit(return_state=True).name


@flow
async def async_task() -> str:
    return (await async_nap(return_state=True)).name


@flow
async def sync_task_in_async_flow() -> str:
    return nap(return_state=True).name


@flow
def isolated_task() -> str:
    return c_code(return_state=True).name


@flow
def isolated_in_pool() -> str:
    return c_code.submit(return_state=True).name


@flow
async def async_isolated_task() -> str:
    return (await async_c_code(return_state=True)).name


@flow(timeout_seconds=SHORT)
def flow_around_task() -> None:
    patient()


@flow(timeout_seconds=SHORT)
def flow_around_pool() -> None:
    patient_naps.submit().result()


@flow(timeout_seconds=SHORT)
def flow_around_async_pool() -> None:
    async_patient.submit().result()


@flow(timeout_seconds=SHORT)
async def async_flow_around_task() -> None:
    await async_patient()


@flow
def catches_below() -> str:
    """A task of its own is out of time; the flow is not."""
    try:
        nap()
    except TimeoutError as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


@flow(timeout_seconds=FOREVER)
def blames_the_task() -> None:
    nap()


@flow(timeout_seconds=SHORT)
def below() -> None:
    time.sleep(FOREVER)


@flow(timeout_seconds=FOREVER)
def around_a_subflow() -> str:
    return below(return_state=True).name


@flow(timeout_seconds=SHORT)
def around_a_patient_subflow() -> None:
    patient_subflow()


@flow(timeout_seconds=FOREVER)
def patient_subflow() -> None:
    time.sleep(FOREVER)


TRIED: list[int] = []


@task(timeout_seconds=SHORT, retries=2)
def third_time() -> int:
    TRIED.append(1)
    if len(TRIED) < 3:
        time.sleep(FOREVER)
    return len(TRIED)


@flow
def task_retries() -> int:
    return third_time()


@flow(timeout_seconds=SHORT, retries=2)
def flow_retries() -> int:
    TRIED.append(1)
    if len(TRIED) < 3:
        time.sleep(FOREVER)
    return len(TRIED)


@flow(timeout_seconds=5)
def in_time() -> str:
    time.sleep(0.01)
    return "in time"


@flow
def users_own() -> None:
    raise TimeoutError("mine")


@flow(timeout_seconds=SHORT)
def in_a_thread() -> None:
    while True:
        time.sleep(0.01)


def main() -> None:
    chosen: Flow[..., object] = globals()[sys.argv[1]]
    began = time.monotonic()
    if "--thread" in sys.argv:
        thread = threading.Thread(target=tell, args=(chosen,))
        thread.start()
        thread.join()
    else:
        tell(chosen)
    print("soon" if time.monotonic() - began < FOREVER / 60 else "late")


def tell(chosen: Flow[..., object]) -> None:
    state: Any = chosen(return_state=True)
    state = asyncio.run(state) if asyncio.iscoroutine(state) else state
    print(state.name, "|", state.message, "|", state.result(raise_on_failure=False) if state.is_completed() else "")


if __name__ == "__main__":
    main()
