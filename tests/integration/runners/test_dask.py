"""What DaskTaskRunner offers beside the contract: clients of the cluster, annotations, and clusters as the user wants them."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster, get_worker

from segue import flow, task
from segue.dask import DaskTaskRunner, get_async_dask_client, get_dask_client


def twice(number: int) -> int:
    return 2 * number


@task
def by_client(number: int) -> int:
    with get_dask_client(timeout=30) as client:
        return int(client.submit(twice, number).result())


@task
async def by_async_client(number: int) -> int:
    async with get_async_dask_client() as client:
        return int(await client.submit(twice, number))


@task
def with_resources() -> dict[str, float]:
    return dict(get_worker().state.total_resources)


def test_a_cluster_as_the_user_wants_it(home: Path) -> None:
    runner = DaskTaskRunner(
        cluster_class="distributed.LocalCluster",
        cluster_kwargs={
            "n_workers": 1, "threads_per_worker": 1, "resources": {"GPU": 1}, "host": "127.0.0.1",
            "dashboard_address": "127.0.0.1:0",
        },
        adapt_kwargs={"minimum": 1, "maximum": 2},
        client_kwargs={"name": "of-the-flow"},
    )  # fmt: skip

    @flow(task_runner=runner)
    def calls() -> list[object]:
        # One worker with one thread: whoever waits for the cluster from within it must not be in the way.
        with get_dask_client() as client, dask.annotate(resources={"GPU": 1}):
            told: list[object] = [client.submit(twice, 4).result(), "of-the-flow" in client.id]
            return [
                *told,
                with_resources.submit().result(),
                by_client.submit(5).result(),
                by_async_client.submit(6).result(),
            ]

    assert calls() == [8, True, {"GPU": 1.0}, 10, 12]


def test_clients_of_clusters_that_are_there(dask_address: str, home: Path) -> None:
    @flow(task_runner=DaskTaskRunner(address=dask_address))
    async def calls() -> list[int]:
        async with get_async_dask_client(timeout=30) as client:
            return [int(await client.submit(twice, 1)), by_client.submit(2).result()]

    with LocalCluster(n_workers=1, threads_per_worker=2, host="127.0.0.1", dashboard_address="127.0.0.1:0") as made:

        @flow(task_runner=DaskTaskRunner(cluster=made))
        def there() -> int:
            return by_client.submit(3).result()

        assert there() == 6
        # It is the user's, and goes on.
        assert made.status.name == "running"
    with pytest.raises(RuntimeError, match="DaskTaskRunner"), get_dask_client():
        pass
    assert asyncio.run(calls()) == [2, 4]


@pytest.mark.skipif(importlib.util.find_spec("bokeh") is not None, reason="bokeh is here: the report can be written")
def test_a_report_says_what_it_needs(dask_address: str, home: Path, tmp_path: Path) -> None:
    @flow(task_runner=DaskTaskRunner(address=dask_address, performance_report_path=str(tmp_path / "report.html")))
    def reported() -> None:
        pass

    with pytest.raises(ModuleNotFoundError, match="pip install bokeh"):
        reported()
