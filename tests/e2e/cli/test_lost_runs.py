"""Runs whose process is gone: whichever command looks first says so."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.e2e.cli.desk import Desk

ENDLESS = """
    import time
    from pathlib import Path
    from segue import flow, task
    from segue.artifacts import create_markdown_artifact

    @task
    def nap():
        create_markdown_artifact("# left behind", key="left")
        print("begun", flush=True)
        time.sleep(0 if Path("again").exists() else 600)

    @flow(flow_run_name="inner")
    def inner():
        nap()

    @flow(flow_run_name="endless")
    def endless():
        inner()

    if __name__ == "__main__":
        endless()
"""
#: The same as seen from a machine of another name.
FAR_AWAY = "import platform\nplatform.node = lambda: 'far-away'\n"


def killed(desk: Desk, before: str = "") -> None:
    """Leave behind what a killed process leaves."""
    path = desk.write("endless.py", ENDLESS)
    path.write_text(before + path.read_text())
    process = desk.start(sys.executable, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    with untouched(desk) as database:
        # What was told is on disk: two flow runs, and a task run below each.
        desk.wait_for(lambda: len(_items(database)) == 4, "the record")
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def killed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a killed process left it, of which each test has a copy: none of them closes what another finds open."""
    desk = Desk(tmp_path_factory.mktemp("killed"))
    killed(desk)
    desk.leave()
    return desk.folder


@pytest.fixture
def left(desk: Desk, killed_once: Path) -> Desk:
    """Return a desk at which a process was killed."""
    shutil.copytree(killed_once, desk.folder, dirs_exist_ok=True)
    return desk


def test_of_a_machine_that_is_gone_nobody_can_tell_before_a_lease_has_gone_by(desk: Desk) -> None:
    killed(desk, before=FAR_AWAY)
    assert desk.states() == {"endless": "Running", "inner": "Running"}
    assert "far-away (not seen from this machine)" in desk.segue("flow-run", "inspect", "endless").stdout
    refused = desk.segue("flow-run", "retry", "endless")
    assert refused.returncode == 4
    assert "segue flow-run close-lost" in refused.stderr
    done = desk.segue("flow-run", "close-lost")
    assert done.returncode == 0, done.stderr
    assert "on far-away. Waiting up to 30 s for a sign of life." in done.stderr
    assert "Flow run endless is Crashed: Process " in done.stdout
    assert "Closed 1 flow run." in done.stdout
    assert desk.states() == {"endless": "Crashed", "inner": "Crashed"}
    assert {str(run["state"]["name"]) for run in desk.items("task-run", "ls")} == {"Crashed"}  # type: ignore[index]


def test_what_died_here_is_closed_at_once(left: Desk) -> None:
    (closed,) = left.items("flow-run", "close-lost")
    assert (closed["name"], closed["state"]) == ("endless", {"type": "CRASHED", "name": "Crashed"})
    nothing = left.segue("flow-run", "close-lost")
    assert (nothing.returncode, nothing.stderr) == (0, "")
    assert nothing.stdout.startswith("No run is lost")


@contextmanager
def untouched(desk: Desk) -> Iterator[EmbeddedBackend]:
    """Look into the database itself, which closes nothing."""
    backend = open_backend(f"sqlite:///{desk.home / 'segue.db'}", desk.home)
    try:
        yield backend
    finally:
        backend.close()


READS = """
    from segue.client import get_client

    with get_client(sync_client=True) as client:
        {}
"""


@pytest.mark.parametrize("words", [
    "flow-run ls", "flow-run ls --count", "flow-run inspect endless", "flow-run logs endless", "flow-run logs endless --follow",
    "flow-run watch endless", "flow-run cancel endless", "flow-run resume endless", "flow-run close-lost",
    "task-run ls", "task-run ls --state Running --count", "task-run inspect endless/inner-0", "task-run logs inner/nap-0",
    "artifact ls", "artifact inspect left", "flow ls", "flow inspect endless", "event ls", "concurrency-limit ls",
    "global-concurrency-limit ls", "database check", "doctor", "debug bundle",
])  # fmt: skip
def test_the_first_command_that_looks_sees_the_truth(left: Desk, words: str) -> None:
    with untouched(left) as database:
        assert _states(database) == {"RUNNING"}
        said = left.segue(*words.split())
        assert _states(database) == {"CRASHED"}, said.stdout + said.stderr
    if words in {"flow-run ls", "flow-run inspect endless", "task-run ls", "task-run inspect endless/inner-0"}:
        assert "Crashed" in said.stdout
        assert "Running" not in said.stdout or "inspect" in words
    if words == "flow-run watch endless":
        assert (said.returncode, "ended as Crashed" in said.stdout) == (1, True)
    if words == "flow-run cancel endless":
        assert (said.returncode, "has ended already, as Crashed" in said.stderr) == (4, True)


def test_a_lost_run_can_be_deleted_at_once(left: Desk) -> None:
    done = left.segue("flow-run", "delete", "endless", "--yes")
    assert done.returncode == 0, done.stderr
    with untouched(left) as database:
        assert _states(database) == set()


def test_a_lost_run_can_be_retried_at_once(left: Desk) -> None:
    left.write("again", "")
    done = left.segue("flow-run", "retry", "endless")
    assert done.returncode == 0, done.stderr
    assert "attempt 2" in done.stderr
    assert left.states()["endless"] == "Completed"


@pytest.mark.parametrize("call", [
    "print(client.read_flow_runs()[0].state_name)",
    "print(client.count_flow_runs())",
    "print(client.read_flow_run('{id}').state_name)",
    "print(client.read_flow_run_states('{id}')[-1].name)",
    "print(client.read_task_runs()[0].state_name)",
    "print(client.read_logs())",
    "print(client.read_artifacts())",
    "print(client.read_flows())",
    "import asyncio; from segue.flow_runs import wait_for_flow_run; print(asyncio.run(wait_for_flow_run('{id}')).state_name)",
])  # fmt: skip
def test_the_first_read_of_a_client_is_true(left: Desk, call: str) -> None:
    with untouched(left) as database:
        (top,) = database.call(op.FLOW_RUN_LIST, queries.RunQuery(where=queries.RunFilter(top_level=True))).items
        done = left.python(left.write("reads.py", READS.format(call.replace("{id}", top.id))))
        assert done.returncode == 0, done.stderr
        assert _states(database) == {"CRASHED"}
    if "state_name" in call or "name)" in call:
        assert done.stdout == "Crashed\n"


def _states(database: EmbeddedBackend) -> set[str]:
    states = set(_items(database))
    assert states == {"RUNNING"} or database.call(op.LEASE_LIST, q.Nothing()).items == []
    return states


def _items(database: EmbeddedBackend) -> list[str]:
    runs = database.call(op.FLOW_RUN_LIST, queries.RunQuery()).items
    tasks = database.call(op.TASK_RUN_LIST, queries.RunQuery()).items
    return [run.state.kind for run in runs] + [task.state.kind for task in tasks]
