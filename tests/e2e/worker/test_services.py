"""A deployment that is kept running: whatever is killed, it is back, alone, until it is paused."""

from __future__ import annotations

import os
import signal
import sys

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
