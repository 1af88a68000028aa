"""Steering a run of another process: cancel, kill, resume."""

from __future__ import annotations

import json
import signal
import sys

from tests.e2e.cli.desk import Desk

SLEEPER = """
    import time
    from segue import flow, task

    @task
    def nap():
        time.sleep(600)

    @flow(flow_run_name="sleeper")
    def sleeper():
        nap()

    sleeper()
"""

STUBBORN = """
    import time
    from pathlib import Path
    from segue import flow

    @flow(flow_run_name="stubborn")
    def stubborn():
        while True:
            try:
                time.sleep(600)
            except BaseException:
                Path("refused").touch()

    stubborn()
"""

ASKS = """
    from segue import flow, pause_flow_run
    from segue.input import RunInput

    class Approval(RunInput):
        approved: bool
        note: str = ""

    @flow(flow_run_name="asking")
    def asks():
        answer = pause_flow_run(wait_for_input=Approval, timeout=60)
        print(answer.approved, answer.note)

    asks()
"""


def inspected(desk: Desk, run: str) -> dict[str, object]:
    found = desk.json("flow-run", "inspect", run)
    assert isinstance(found, dict)
    return found


def test_a_sleeping_run_is_cancelled_and_says_by_whom(desk: Desk) -> None:
    process = desk.start(sys.executable, desk.write("sleeper.py", SLEEPER))
    desk.until("Running", "sleeper")
    cancelled = desk.segue("flow-run", "cancel", "sleeper", "--message", "wrong day", "--wait")
    assert cancelled.returncode == 0
    assert "is Cancelled. wrong day" in cancelled.stdout
    assert process.wait(30) == 1
    state = inspected(desk, "sleeper")["state"]
    assert isinstance(state, dict)
    assert (state["type"], state["message"]) == ("CANCELLED", "wrong day")
    assert state["actor"] == {"kind": "user", "name": "ann", "means": "cli"}
    assert "by ann (cli)" in desk.segue("flow-run", "inspect", "sleeper").stdout
    (task,) = desk.items("task-run", "ls")
    assert task["state"] in ({"type": "CANCELLED", "name": "Cancelled"}, {"type": "CRASHED", "name": "Crashed"})
    again = desk.segue("flow-run", "cancel", "sleeper")
    assert (again.returncode, "has ended already, as Cancelled" in again.stderr) == (4, True)


def test_a_run_that_resists_is_cancelling_until_its_process_is_killed(desk: Desk) -> None:
    process = desk.start(sys.executable, desk.write("stubborn.py", STUBBORN))
    desk.until("Running", "stubborn")
    asked = desk.segue("flow-run", "cancel", "stubborn")
    assert "has not stopped yet" in asked.stdout
    assert (desk.folder / "refused").exists()
    assert desk.states() == {"stubborn": "Cancelling"}
    told = desk.segue("flow-run", "inspect", "stubborn").stdout
    assert f"process {process.pid}" in told
    assert "--force" in told
    forced = desk.segue("flow-run", "cancel", "stubborn", "--force")
    assert forced.returncode == 0
    assert f"Killed process {process.pid}." in forced.stdout
    assert process.wait(30) == -signal.SIGKILL
    state = inspected(desk, "stubborn")["state"]
    assert isinstance(state, dict)
    assert state["type"] == "CANCELLED"
    assert state["actor"]["name"] == "ann"


def test_a_paused_run_says_what_it_waits_for_and_goes_on_with_the_answer(desk: Desk) -> None:
    process = desk.start(sys.executable, desk.write("asks.py", ASKS))
    desk.until("Paused", "asking")
    told = desk.segue("flow-run", "inspect", "asking").stdout
    assert "Waits for   somebody to resume it" in told
    assert "approved: boolean (required)" in told
    assert "segue flow-run resume asking" in told
    wrong = desk.segue("flow-run", "resume", "asking", "-p", "approved=perhaps")
    assert wrong.returncode == 4
    assert "'approved' is 'perhaps'" in wrong.stderr
    answer = json.dumps({"approved": False, "note": "not on a Friday"})
    assert desk.segue("flow-run", "resume", "asking", "--input", answer, "-p", "approved=true").returncode == 0
    out, _ = process.communicate(timeout=30)
    assert out == "True not on a Friday\n"
    over = desk.segue("flow-run", "resume", "asking")
    assert (over.returncode, "is not paused: it is Completed" in over.stderr) == (4, True)


def test_a_run_at_work_is_neither_deleted_nor_retried(desk: Desk) -> None:
    desk.start(sys.executable, desk.write("sleeper.py", SLEEPER))
    desk.until("Running", "sleeper")
    deleted = desk.segue("flow-run", "delete", "sleeper", "--yes")
    assert (deleted.returncode, "is held by process" in deleted.stderr) == (4, True)
    retried = desk.segue("flow-run", "retry", "sleeper")
    assert (retried.returncode, "has not ended: it is Running" in retried.stderr) == (4, True)
