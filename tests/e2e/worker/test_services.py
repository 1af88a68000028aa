"""A deployment that is kept running: whatever is killed, it is back, alone, until it is paused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.wire import operations as op
from segue.wire.queries import RunFilter, RunQuery
from tests.e2e.cli.desk import SEGUE
from tests.e2e.worker.conftest import Yard


def test_a_service_is_back_whatever_is_killed_until_it_is_paused(yard: Yard) -> None:
    mark, go = yard.folder / "mark", yard.folder / "go"

    def pids() -> list[int]:
        return [int(line) for line in mark.read_text().splitlines()] if mark.exists() else []

    def begun(times: int) -> int:
        """Wait until the service has begun so often, and see that it is there once."""
        yard.wait_for(lambda: len(pids()) >= times, f"the service to begin for the {times}th time")
        open_runs = RunQuery(where=RunFilter(state_types=["PENDING", "RUNNING", "CANCELLING"]), limit=10)
        assert len(yard.backend.call(op.FLOW_RUN_LIST, open_runs).items) == 1
        assert len(pids()) == times
        return pids()[-1]

    worker = yard.worker()
    id = yard.until_deployed("waits", parameters={"mark": str(mark), "go": str(go)})
    done = yard.segue("deployment", "keep-running", "waits/d", "--reason", "it listens")
    assert done.stdout == "Deployment waits/d is kept running.\n", done.stderr
    os.kill(begun(1), signal.SIGKILL)
    second = begun(2)
    # The worker is lost with the process that it has started, and another one of the pool is there.
    yard.start(SEGUE, "worker", "start", "--pool", "here", "--name", "bob")
    worker.kill()
    worker.wait()
    os.kill(second, signal.SIGKILL)
    begun(3)
    shown = yard.segue("deployment", "inspect", "waits/d").stdout
    assert "Service     kept running: begun again when its run ends" in shown
    assert yard.segue("deployment", "pause", "waits/d", "--reason", "enough").returncode == 0
    where = RunQuery(where=RunFilter(deployment_ids=[id]), limit=10, sort="-created")
    ended = yard.until_over(yard.backend.call(op.FLOW_RUN_LIST, where).items[0].id)
    assert (ended.state.kind, ended.state.message) == ("CANCELLED", "The deployment was paused.")
    assert ended.state.actor is not None
    assert ended.state.actor.name == "ann"
    runs = yard.backend.call(op.FLOW_RUN_LIST, where).items
    assert [run.state.kind for run in runs] == ["CANCELLED", "CRASHED", "CRASHED"]
    assert len(pids()) == 3

    # Whoever serves a service ends it when asked to end, although it would not end by itself.
    program = f"import flows; flows.waits.serve('s', parameters={{'mark': {str(mark)!r}, 'go': {str(go)!r}}}, keep_running=True)"
    serving = yard.start(sys.executable, "-c", program)
    begun(4)
    yard.stop(serving)
    assert yard.segue("deployment", "inspect", "waits/s").stdout.startswith("Name        waits/s (paused)\n")
    assert len(pids()) == 4


@pytest.mark.timeout(150)
def test_a_service_whose_machine_is_lost_is_back_within_half_a_minute(yard: Yard) -> None:
    apart = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to make a space of processes")
    mark, go, began = yard.folder / "mark", yard.folder / "go", datetime.now(UTC)

    def pids() -> list[str]:
        return mark.read_text().splitlines() if mark.exists() else []

    # Nobody else can look at what it runs, as on another machine; and it is lost with all of that at one moment.
    machine = yard.start(*apart, SEGUE, "worker", "start", "--pool", "here", "--type", "process", "--name", "away")
    id = yard.until_deployed("waits", parameters={"mark": str(mark), "go": str(go)}, keep_running=True)
    yard.wait_for(lambda: len(pids()) == 1, "the service to begin")
    yard.worker()
    # A server that has just begun gives everybody the time of a whole lease to be heard of.
    yard.wait_for(lambda: datetime.now(UTC) - began > timedelta(seconds=12), "the server to be there for a while")
    lost = everything(machine.pid)
    for pid in lost:
        os.kill(pid, signal.SIGSTOP)
    stopped = datetime.now(UTC)
    yard.wait_for(lambda: len(pids()) == 2, "the service to be back")
    where = RunQuery(where=RunFilter(deployment_ids=[id]), limit=10, sort="created")
    first, second = yard.backend.call(op.FLOW_RUN_LIST, where).items
    assert second.expected_start_time is not None
    # Not before the first has surely stopped, and soon enough.
    assert timedelta(seconds=15) <= second.expected_start_time - stopped <= timedelta(seconds=30)
    # The machine comes to itself again: what it ran hears that it is over, and goes on with nothing.
    for pid in lost:
        os.kill(pid, signal.SIGCONT)
    yard.wait_for(lambda: len(everything(machine.pid)) < len(lost), "the first process to end")
    assert yard.read(first.id).state.kind == "CRASHED"
    assert yard.read(second.id).state.kind == "RUNNING"
    assert len(pids()) == 2


def everything(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for each in found:
        with suppress(OSError):
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
    return found
