"""Flows whose tasks run on clusters: `clustered.py NAME RUNNER [ADDRESS]`."""

import os
import signal
import sys
import time
from typing import Any

from segue import flow, task
from segue.runtime import task_run
from tests.faults.programs.ledger import effect

FOREVER = 600


def runner(name: str, address: str | None) -> Any:
    if name == "dask":
        from segue.dask import DaskTaskRunner

        if address is not None:
            return DaskTaskRunner(address=address)
        return DaskTaskRunner(
            cluster_kwargs={"n_workers": 2, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
        )
    from segue.ray import RayTaskRunner

    return RayTaskRunner(
        address=address,
        init_kwargs=None
        if address
        else {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 100 * 2**20},
    )


@task(retries=1)
def dies_once() -> int:
    if task_run.run_count == 1:
        effect("dying")
        os.kill(os.getpid(), signal.SIGKILL)
    effect("lives")
    return 7


@task
def dies() -> None:
    effect("dying")
    os.kill(os.getpid(), signal.SIGKILL)


@task
def add(number: int) -> int:
    return number + 1


@task
def holds(number: int) -> None:
    effect(f"begun {number} {os.getpid()}")
    while True:
        time.sleep(0.02)


@flow
def with_retry() -> int:
    return dies_once.submit().result() + sum(add.map(range(3)).result())


@flow
def adds() -> int:
    return sum(add.map(range(3)).result())


@flow
def without_retry() -> None:
    dies.submit().result()


@flow
def long() -> None:
    # More than the cluster has room for.
    futures = holds.map(range(6))
    print("submitted", flush=True)
    futures.wait()
    futures.result()


if __name__ == "__main__":
    made = globals()[sys.argv[1]].with_options(task_runner=runner(sys.argv[2], sys.argv[3] if sys.argv[3:] else None))
    print(made())
