"""What DaskTaskRunner offers beside the contract: clients of the cluster, annotations, and clusters as the user wants them."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import LocalCluster, get_worker

from segue import flow, get_client, task
from segue.dask import DaskTaskRunner, get_async_dask_client, get_dask_client
from tests.integration.runners import bodies

#: A cluster of one worker in this process.
SMALL = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": None}


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


@pytest.mark.parametrize("where", ["temporary", "running"])
def test_a_report_of_where_the_time_went_is_written(
    where: str, request: pytest.FixtureRequest, home: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    place: dict[str, Any] = {"cluster_kwargs": SMALL}
    if where == "running":
        place = {"address": request.getfixturevalue("dask_address")}

    @flow(task_runner=DaskTaskRunner(performance_report_path=str(report), **place))
    async def reported() -> list[int]:
        return bodies.add.map(range(3)).result()

    assert asyncio.run(reported()) == [1, 2, 3]
    found = report.read_text()
    assert found.lstrip().lower().startswith("<!doctype html>")
    # Dask's own tabs, and in its summary and its stream what was done for the flow: three calls, and what they have in common.
    assert "Task Stream" in found
    assert "number of tasks: 4" in found
    assert len(set(re.findall(r"add-[0-9a-f-]{36}", found))) == 3
    with get_client(sync_client=True) as client:
        assert f"Dask's performance report is in {report}" in [each.message for each in client.read_logs()]


def test_a_report_says_before_the_run_what_it_needs(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    @flow(task_runner=DaskTaskRunner(cluster_kwargs=SMALL, performance_report_path=str(tmp_path / "r.html")))
    def here() -> None:
        ran.append("here")

    there = here.with_options(task_runner=DaskTaskRunner(performance_report_path=str(tmp_path / "none" / "r.html")))
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*none'"):
        there()
    # Whether it is installed or not: what is `None` there cannot be imported. The scheduler is in this process.
    monkeypatch.setitem(sys.modules, "bokeh", None)
    with pytest.raises(ModuleNotFoundError, match=r"where its scheduler runs .*pip install bokeh"):
        here()
    assert ran == []


def test_a_report_that_cannot_be_written_costs_nothing_but_itself(home: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    @flow(task_runner=DaskTaskRunner(cluster_kwargs=SMALL, performance_report_path=str(tmp_path / "taken")))
    def reported() -> int:
        return bodies.add.submit(1).result()

    assert reported() == 2
    with get_client(sync_client=True) as client:
        (line,) = [each.message for each in client.read_logs() if each.message.startswith("Dask's")]
    assert line.startswith(f"Dask's performance report was not written to {tmp_path / 'taken'}: ")
