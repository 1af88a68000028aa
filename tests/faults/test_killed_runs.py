"""A process is killed: the next command that looks sees its run as Crashed, with all that was open below it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from segue.backend.holders import this_holder
from segue.backend.reaper import reap
from segue.client import get_client
from segue.engine.session import forget, reading
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import Held
from segue.model.states import Running
from segue.wire.operations import FLOW_RUN_CLAIM, FLOW_RUN_READ, LEASE_LIST, UPKEEP_REAP
from segue.wire.requests import ById, Claim, LeaseRequest, Nothing, Reap
from tests.faults.processes import finish, flow_run, flow_runs, line, run, start, task_runs, until

LOOK = """
from segue.client import get_client
for run in get_client(sync_client=True).read_flow_runs():
    print(run.state_name, run.state.message)
"""


def test_the_next_command_that_looks_sees_the_truth(ledger: Path) -> None:
    process = start("runs", "with_open_tasks")
    line(process)
    until(lambda: len(flow_runs()) == 2 and len(task_runs()) == 3)
    assert {each.state_name for each in flow_runs()} == {"Running"}
    assert {each.state_name for each in task_runs()} == {"Running", "Pending"}
    assert len(reading().call(LEASE_LIST, Nothing()).items) == 1
    process.kill()
    finish(process)

    said = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True).stdout
    top, below = sorted(said.splitlines(), key=len)
    assert top.startswith(f"Crashed Process {process.pid} on ")
    assert top.endswith(", which ran this, is gone. It was killed, or its machine went down.")
    assert below.startswith("Crashed Its flow run ")

    forget()
    assert {each.state_name for each in task_runs()} == {"Crashed"}
    assert all(f"Process {process.pid}" in str(each.state.message) for each in task_runs() if each.state)
    assert reading().call(LEASE_LIST, Nothing()).items == []
    # What was recorded before the kill is there.
    assert "a line" in [each.message for each in get_client(sync_client=True).read_logs()]


def test_a_task_outside_flows_is_closed_too(ledger: Path) -> None:
    process = start("strays", "task")
    line(process)
    until(lambda: bool(flow_runs() or task_runs()))
    process.kill()
    finish(process)
    flow_runs()
    assert [each.state_name for each in task_runs()] == ["Crashed"]
    assert reading().call(LEASE_LIST, Nothing()).items == []


def test_a_living_holder_keeps_its_run_however_late_it_is(ledger: Path) -> None:
    process = start("runs", "sleeping")
    line(process)
    run = flow_run()
    backend = reading()
    # Its lease has expired for all that a reaper with a long memory knows; but it lives, on this very machine.
    assert reap(backend, serving_for=3600).flow_runs == []
    (lease,) = backend.call(LEASE_LIST, Nothing()).items
    # Nor does one that could not look: the lease has not expired.
    assert backend.call(UPKEEP_REAP, Reap(unseen=[lease.id], serving_for=3600)).flow_runs == []
    with pytest.raises(Held, match=f"held by process {process.pid}"):
        backend.call(FLOW_RUN_CLAIM, Claim(id=str(run.id), lease=LeaseRequest(holder=this_holder())))
    assert flow_run().state_name == "Running"
    process.kill()
    finish(process)


def take_over(process: subprocess.Popen[str]) -> str:
    """Do what another machine does once the lease of a run has expired: close it, and claim it."""
    run = flow_run()
    backend = reading()
    (lease,) = backend.call(LEASE_LIST, Nothing()).items
    assert backend.call(UPKEEP_REAP, Reap(dead=[(lease.id, lease.fence)])).flow_runs == [str(run.id)]
    running = Running(id=new_id(), name="Running", timestamp=now())
    backend.call(FLOW_RUN_CLAIM, Claim(id=str(run.id), lease=LeaseRequest(holder=this_holder()), states=[running]))
    return str(run.id)


@pytest.mark.parametrize("flow", ["writing", "sleeping_on", "async_writing"])
def test_who_lost_the_run_stops_and_writes_nothing(flow: str, ledger: Path) -> None:
    process = start("strays", flow)
    assert line(process) == "begun"
    process.send_signal(19)  # SIGSTOP
    id = take_over(process)
    seen = len(task_runs())
    process.send_signal(18)  # SIGCONT
    done = finish(process)
    assert done.code == 1
    assert "LeaseLost" in done.err
    assert "went on" not in done.out
    run = reading().call(FLOW_RUN_READ, ById(id))
    assert (run.state.kind, run.fence) == ("RUNNING", 2)
    assert len(task_runs()) == seen


def test_a_run_that_was_only_closed_goes_on_and_its_end_is_a_late_outcome(ledger: Path) -> None:
    process = start("strays", "on_demand", stdin=subprocess.PIPE)
    assert line(process) == "begun"
    backend = reading()
    (lease,) = backend.call(LEASE_LIST, Nothing()).items
    backend.call(UPKEEP_REAP, Reap(dead=[(lease.id, lease.fence)]))
    assert process.stdin is not None
    process.stdin.write("go on\n")
    process.stdin.flush()
    done = finish(process)
    assert "its work is done" in done.out
    assert "CrashedRun" in done.err
    after = reading().call(FLOW_RUN_READ, ById(lease.id))
    assert after.state.kind == "CRASHED"
    assert after.late_outcome is not None
    assert after.late_outcome.kind == "COMPLETED"


def test_a_crashed_run_can_be_run_again_at_once(ledger: Path) -> None:
    """Even when nobody has looked since: whoever runs it again looks first."""
    process = start("strays", "once_more")
    line(process)
    process.kill()
    finish(process)
    id = str(next(iter(get_client(sync_client=True).read_flow_runs())).id)
    forget()
    done = run("strays", "once_more", id)
    assert (done.code, done.out) == (0, "begun\nreturned 7\n"), done.err
    history = [state.name for state in get_client(sync_client=True).read_flow_run_states(flow_run().id)]
    assert history == ["Pending", "Running", "Crashed", "Pending", "Running", "Completed"]
