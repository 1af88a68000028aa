"""The four task runners, their clusters started once for each module: an idle one takes a fifth of a core from all that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from segue.engine.session import forget
from segue.host import config
from segue.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

Runner = TaskRunner[Any]


@pytest.fixture
def home(segue_home: Path) -> Iterator[Path]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield segue_home
    forget()
    config.forget()


@pytest.fixture(scope="module")
def dask_address() -> Iterator[str]:
    """Start a Dask cluster of two workers with two threads each."""
    import dask
    from distributed import LocalCluster

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        cluster = LocalCluster(n_workers=2, threads_per_worker=2, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def ray_here() -> Iterator[None]:
    """Start a Ray cluster of this machine, as an application would have done already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_TQDM_PATCH_PRINT", "0")
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        import ray

        ray.init(
            num_cpus=3, include_dashboard=False, _node_ip_address="127.0.0.1", object_store_memory=100 * 2**20,
            log_to_driver=False,
        )  # fmt: skip
        yield
        ray.shutdown()


def _dask(request: pytest.FixtureRequest) -> Runner:
    from segue.dask import DaskTaskRunner

    return DaskTaskRunner(address=request.getfixturevalue("dask_address"))


def _ray(request: pytest.FixtureRequest) -> Runner:
    from segue.ray import RayTaskRunner

    request.getfixturevalue("ray_here")
    return RayTaskRunner()


MAKERS: dict[str, Callable[[pytest.FixtureRequest], Runner]] = {
    "threads": lambda _: ThreadPoolTaskRunner(),
    "processes": lambda _: ProcessPoolTaskRunner(max_workers=3),
    "dask": _dask,
    "ray": _ray,
}


@pytest.fixture(params=list(MAKERS))
def runner(request: pytest.FixtureRequest, home: Path) -> Runner:
    """Give each of the four runners in turn."""
    return MAKERS[request.param](request)


@pytest.fixture(params=["dask", "ray"])
def cluster(request: pytest.FixtureRequest, home: Path) -> Runner:
    """Give each of the runners of clusters in turn."""
    return MAKERS[request.param](request)


@pytest.fixture(params=["processes", "dask", "ray"])
def afar(request: pytest.FixtureRequest, home: Path) -> Runner:
    """Give each of the runners whose tasks run in other processes in turn."""
    return MAKERS[request.param](request)
