"""Clusters that lose workers, their scheduler, or the process of the flow: no task is left Running, and nothing goes on unasked."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from segue.client import get_client
from segue.states import Cancelling
from tests.faults.processes import ROOT, alive, finish, flow_runs, line, run, start, task_runs, until

CLUSTERS = ["dask", "ray"]
TERMINATED = "Execution was aborted by a termination signal."
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_TQDM_PATCH_PRINT": "0",
    "RAY_AUTH_MODE": "disabled",
}  # fmt: skip


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


class Ray:
    """A cluster of real processes: a head with two processors."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        # In a short folder, for it has sockets whose paths have a bound.
        self._folder = tempfile.mkdtemp(prefix="ray-")
        command = [
            str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", "--port", str(port), "--num-cpus", "2",
            "--include-dashboard", "false", "--object-store-memory", str(100 * 2**20), "--temp-dir", self._folder,
            "--dashboard-agent-listen-port", "0",
        ]  # fmt: skip
        self._head = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **QUIET}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        assert self._head.stdout is not None
        self._said, lines = self._head.stdout, []
        for each in self._said:
            lines.append(each)
            if "Ray runtime started" in each:
                return
        pytest.fail("".join(lines))

    def kill(self) -> None:
        """End all of it the hard way: no machine of the cluster is left."""
        with suppress(ProcessLookupError):
            os.killpg(self._head.pid, signal.SIGKILL)
        self._head.wait()

    def close(self) -> None:
        self.kill()
        self._said.close()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture
def ray(ledger: Path) -> Iterator[Ray]:
    cluster = Ray()
    yield cluster
    cluster.close()


@pytest.fixture
def dask(ledger: Path) -> Iterator[Dask]:
    cluster = Dask()
    yield cluster
    cluster.close()


def begun(ledger: Path) -> list[str]:
    return [each for each in ledger.read_text().splitlines() if each.startswith("begun")] if ledger.exists() else []


def until_begun(ledger: Path, count: int) -> None:
    until(lambda: len(begun(ledger)) == count)


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


@pytest.mark.parametrize("kind", CLUSTERS)
def test_a_flow_that_is_stopped_stops_its_work_on_the_cluster(
    kind: str, request: pytest.FixtureRequest, ledger: Path
) -> None:
    where = [request.getfixturevalue("dask").address] if kind == "dask" else []
    # The second one finds room on the same two threads of Dask, which it only does once the first has left them.
    for expected, state, message in ((2, "Crashed", TERMINATED), (4, "Cancelled", "It reads last year's file.")):
        process = start("clustered", "long", kind, *where, stdin=subprocess.DEVNULL, **QUIET)
        until_begun(ledger, expected)
        asked = flow_runs()[-1]
        if state == "Crashed":
            process.send_signal(signal.SIGTERM)
        else:
            get_client(sync_client=True).set_flow_run_state(asked.id, Cancelling(message=message))
        done = finish(process)
        assert done.code == -signal.SIGTERM if state == "Crashed" else done.code == 1, done.err
        ended = flow_runs()[-1]
        assert (ended.id, ended.state_name, ended.state and ended.state.message) == (asked.id, state, message)
        ran = [each for each in task_runs() if each.flow_run_id == ended.id]
        assert {each.state_name for each in ran} == {state}
    if kind == "ray":
        until(lambda: not any(alive(int(each.split()[2])) for each in begun(ledger)))
    else:
        assert run("clustered", "adds", kind, *where).out.splitlines()[-1] == "6"
    assert len(begun(ledger)) == 4


def test_a_local_ray_cluster_ends_with_its_flow(ledger: Path) -> None:
    process = start("clustered", "long", "ray", stdin=subprocess.DEVNULL, **QUIET)
    until(lambda: len(begun(ledger)) == 2)
    process.kill()
    process.communicate()
    workers = [int(each.split()[2]) for each in begun(ledger)]
    until(lambda: not any(alive(pid) for pid in workers))
    assert len(begun(ledger)) == 2
    assert {each.state_name for each in flow_runs()} == {"Crashed"}


def test_a_killed_head_of_ray_ends_the_flow_clearly(ray: Ray, ledger: Path) -> None:
    # Ray itself ends a process whose cluster is gone; a minute after, unless it is told otherwise.
    patient = {"RAY_gcs_rpc_server_reconnect_timeout_s": "5"}
    process = start("clustered", "long", "ray", ray.address, stdin=subprocess.DEVNULL, **patient, **QUIET)
    until_begun(ledger, 2)
    ray.kill()
    done = finish(process)
    assert done.code != 0
    assert "Failed to connect to GCS" in done.err
    assert {each.state_name for each in flow_runs()} == {"Crashed"}
    assert {each.state_name for each in task_runs()} == {"Crashed"}


def test_a_ray_cluster_that_runs_already_does_not_go_on_without_the_flow(ray: Ray, ledger: Path) -> None:
    process = start("clustered", "long", "ray", ray.address, stdin=subprocess.DEVNULL, **QUIET)
    until_begun(ledger, 2)
    process.kill()
    process.communicate()
    workers = [int(each.split()[2]) for each in begun(ledger)]
    until(lambda: not any(alive(pid) for pid in workers))
    assert {each.state_name for each in flow_runs()} == {"Crashed"}
    assert {each.state_name for each in task_runs()} == {"Crashed"}
    # The cluster is there for others, and begins nothing more of that flow.
    other = run("clustered", "adds", "ray", ray.address, **QUIET)
    assert other.out.splitlines()[-1] == "6", other.err
    assert len(begun(ledger)) == 2
