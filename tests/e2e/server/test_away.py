"""What a person sees while the server is away."""

from __future__ import annotations

import itertools
import subprocess
import sys

from segue.backend.remote import RemoteBackend
from segue.model.states import Failed, Running
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import propose, read, state
from tests.e2e.server.conftest import Reporting
from tests.faults.proxy import Fault, between
from tests.serving_process import ServerProcess

WAITS = """
import pathlib, time
from segue import flow, task

@task
def step(n: int) -> int:
    return n

@flow(flow_run_name="waits")
def waits() -> int:
    print("begun", flush=True)
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    return sum(step(n) for n in range(30))

print(waits())
"""


def begun(desk: Reporting) -> subprocess.Popen[str]:
    """Start a run that waits for the file `go`."""
    process = desk.start(sys.executable, desk.write("waits.py", WAITS))
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def test_a_run_goes_on_and_ends_and_the_next_command_delivers_it(desk: Reporting, server: ServerProcess) -> None:
    desk.patience = 1
    process = begun(desk)
    server.kill()
    (desk.folder / "go").touch()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out == "435\n"
    assert err.count("cannot be used") == 1
    assert "segue spool flush" in err
    (waits,) = desk.items("spool", "ls")
    assert (waits["ended"], waits["held"]) == (True, False)
    assert int(str(waits["records"])) >= 90
    assert "and its end" in desk.segue("spool", "ls").stdout
    # With nobody there to take it, it stays where it is, and that is said.
    vain = desk.segue("spool", "flush")
    assert vain.returncode == 1
    assert "cannot be used" in vain.stderr
    server.start()
    # The reaper of this machine comes after what the run itself had to say.
    assert desk.states() == {"waits": "Completed"}
    assert desk.json("task-run", "ls", "--state", "Completed", "--count") == {"count": 30}
    assert desk.items("spool", "ls") == []


def test_a_run_goes_on_while_everything_is_answered_with_an_error_and_is_whole_afterwards(
    desk: Reporting, server: ServerProcess
) -> None:
    desk.patience = 1
    with between(server.url) as proxy:
        desk.url = proxy.url
        process = begun(desk)
        answers = itertools.cycle([500, 503, 502, 504])
        proxy.decide = lambda _: Fault("answer", next(answers))
        before = len(proxy.seen)
        (desk.folder / "go").touch()
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, "435\n"), err
        assert len(proxy.seen) > before
        assert "answers with status 50" in err
        (waits,) = desk.items("spool", "ls")
        assert waits["ended"] is True
        assert desk.segue("spool", "flush").returncode == 1
        proxy.back()
        assert desk.segue("spool", "flush").returncode == 0
        assert desk.states() == {"waits": "Completed"}
        told = desk.items("task-run", "ls", "--limit", "100")
        assert {str(run["name"]) for run in told} == {f"step-{n}" for n in range(30)}
        assert desk.items("spool", "ls") == []


def test_a_new_run_says_what_is_wrong(desk: Reporting, server: ServerProcess) -> None:
    desk.patience = 1
    server.stop()
    (desk.folder / "go").touch()
    done = desk.python(desk.write("waits.py", WAITS))
    assert done.returncode == 1
    assert "begun" not in done.stdout
    assert "connection refused" in done.stderr
    assert done.stderr.count("Trying again") == 1
    server.start()


def test_a_run_that_was_taken_over_is_stopped(desk: Reporting) -> None:
    process = begun(desk)
    backend = RemoteBackend(desk.url, key=None, home=str(desk.folder / "other"))
    id = str(desk.items("flow-run", "ls")[0]["id"])
    propose(backend, id, state(Failed), force=True)
    # Elsewhere, so that no reaper of this machine closes what it holds.
    lease = q.LeaseRequest(holder=q.Holder(host="far-away", boot="b", pid_namespace="n", pid=7, started="s"))
    backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=id, lease=lease, states=[state(Running)]))
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "another process took over" in err
    assert read(backend, id).state.kind == "RUNNING"
    backend.close()


TELLS = """
import time
from segue.events import emit_event

began = time.monotonic()
for n in range(1, 2101):
    emit_event("shop.sold", {"segue.resource.id": f"till.{n % 7}"}, payload={"n": n})
print(time.monotonic() - began < 1.0)
"""


def test_events_outside_of_runs_are_told_at_once_and_kept_until_the_server_is_back(
    desk: Reporting, server: ServerProcess
) -> None:
    desk.patience = 1
    server.kill()
    done = desk.python(desk.write("tells.py", TELLS))
    # Nobody waited for the server, and nothing failed.
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert "Traceback" not in done.stderr
    assert "Events wait in " in done.stderr
    (waits,) = desk.items("spool", "ls")
    assert (waits["run_id"], waits["records"], waits["held"]) == (None, 2100, False)
    assert "events of no run" in desk.segue("spool", "ls").stdout
    assert desk.segue("spool", "flush").returncode == 1
    server.start()
    assert desk.segue("spool", "flush").stdout == f"Delivered 1 spool to {server.url}.\n"
    assert desk.items("spool", "ls") == []
    assert desk.json("event", "ls", "--event", "shop.sold", "--count") == {"count": 2100}
    told = desk.items("event", "ls", "--event", "shop.sold", "--limit", "2100")
    assert sorted(each["payload"]["n"] for each in told) == list(range(1, 2101))  # type: ignore[index]  # JSON


def test_events_whose_delivery_was_not_answered_are_kept_once(desk: Reporting, server: ServerProcess) -> None:
    # Long enough that the program itself meets both, however busy the machine.
    desk.patience = 30
    # The first are taken and not answered, and half of the next come.
    faults = itertools.chain([Fault("cut-answer"), Fault("cut-request")], itertools.repeat(Fault()))
    with between(server.url) as proxy:
        desk.url = proxy.url
        proxy.decide = lambda line: next(faults) if line.startswith("POST /api/events ") else Fault()
        done = desk.python(desk.write("tells.py", TELLS))
        assert done.returncode == 0, done.stderr
        assert desk.segue("spool", "flush").returncode == 0
        assert len([line for line in proxy.seen if line.startswith("POST /api/events ")]) > 3
        assert desk.json("event", "ls", "--event", "shop.sold", "--count") == {"count": 2100}
