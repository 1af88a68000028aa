"""Clusters that lose workers, their scheduler, or the process of the flow: no task is left Running, and nothing goes on unasked."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import ROOT, alive, finish, flow_runs, line, run, start, task_runs, until

CLUSTERS = ["dask", "ray"]
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_TQDM_PATCH_PRINT": "0"}


@pytest.mark.parametrize("kind", CLUSTERS)
def test_a_task_whose_worker_was_killed_is_retried(kind: str, ledger: Path) -> None:
    done = run("clustered", "with_retry", kind, **QUIET)
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "13"
    assert ledger.read_text().split() == ["dying", "lives"]
    found = {each.name: each for each in task_runs()}
    assert {each.state_name for each in found.values()} == {"Completed"}
    assert found["dies_once-0"].run_count == 2


@pytest.mark.parametrize("kind", CLUSTERS)
def test_a_task_whose_worker_was_killed_is_crashed(kind: str, ledger: Path) -> None:
    done = run("clustered", "without_retry", kind, **QUIET)
    assert done.code == 1, done.err
    assert ledger.read_text().split() == ["dying"]
    (lost,) = task_runs()
    assert lost.state_name == "Crashed"
    assert lost.state is not None
    assert "worker" in (lost.state.message or "")
    (whole,) = flow_runs()
    assert whole.state is not None
    assert whole.state.is_final()
    assert not whole.state.is_completed()


class Dask:
    """A cluster of real processes: a scheduler, and one worker of two threads."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        here = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
        self.scheduler = self._program("scheduler", *here, "--port", str(port))
        self.worker = self._program("worker", self.address, *here, "--nthreads", "2", "--nworkers", "1", "--no-nanny")

    def _program(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet)

    def close(self) -> None:
        for each in (self.worker, self.scheduler):
            each.kill()
            each.wait()


@pytest.fixture
def dask(ledger: Path) -> Iterator[Dask]:
    cluster = Dask()
    yield cluster
    cluster.close()


def begun(ledger: Path) -> list[str]:
    return [each for each in ledger.read_text().splitlines() if each.startswith("begun")] if ledger.exists() else []


def test_a_killed_scheduler_ends_the_flow_clearly(dask: Dask, ledger: Path) -> None:
    process = start("clustered", "long", "dask", dask.address)
    until(lambda: len(begun(ledger)) == 2)
    dask.scheduler.send_signal(signal.SIGKILL)
    done = finish(process)
    assert done.code == 1, done.err
    assert "scheduler" in done.err
    assert {each.state_name for each in task_runs()} == {"Crashed"}
    (whole,) = flow_runs()
    assert whole.state is not None
    assert whole.state.is_final()
    assert not whole.state.is_completed()


def test_the_cluster_does_not_go_on_without_the_flow(dask: Dask, ledger: Path) -> None:
    process = start("clustered", "long", "dask", dask.address)
    assert line(process) == "submitted"
    until(lambda: len(begun(ledger)) == 2)
    process.kill()
    process.communicate()
    (whole,) = flow_runs()
    assert whole.state_name == "Crashed"
    assert not [each.name for each in task_runs() if each.state is None or not each.state.is_final()]
    # Another flow finds room in the cluster, which it only does once what ran there has been stopped.
    other = run("clustered", "adds", "dask", dask.address)
    assert other.out.splitlines()[-1] == "6", other.err
    assert len(begun(ledger)) == 2


def test_a_local_ray_cluster_ends_with_its_flow(ledger: Path) -> None:
    process = start("clustered", "long", "ray", stdin=subprocess.DEVNULL, **QUIET)
    until(lambda: len(begun(ledger)) == 2)
    process.kill()
    process.communicate()
    workers = [int(each.split()[2]) for each in begun(ledger)]
    until(lambda: not any(alive(pid) for pid in workers))
    assert len(begun(ledger)) == 2
    assert {each.state_name for each in flow_runs()} == {"Crashed"}
