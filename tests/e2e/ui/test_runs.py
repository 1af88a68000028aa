"""What a person sees and does about runs, in a real browser on a real server, with programs in real processes."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.ui.room import Room

STEPS = """
    import pathlib
    from segue import flow, task, get_run_logger

    @task
    def step():
        get_run_logger().info("the step is done")

    @flow(flow_run_name="watched", log_prints=True)
    def watched(gate: str):
        print("waiting at the gate")
        while not pathlib.Path(gate).exists():
            pass
        step()
        print("through the gate")

    watched(gate="gate")
"""


def test_a_run_from_a_terminal_appears_and_finishes_while_one_looks(room: Room) -> None:
    room.go("/flow-runs")
    room.sees("Nothing has run yet")
    process = room.desk.start(sys.executable, room.desk.write("steps.py", STEPS))
    room.browser.until("document.querySelector('[data-run=watched]').innerText.includes('Running')")
    room.browser.run("window.same = true")
    room.press("watched")
    room.sees("waiting at the gate")
    Path(room.desk.folder / "gate").touch()
    room.sees("through the gate")
    room.sees("the step is done")
    room.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    # It was told, not loaded anew.
    assert room.browser.run("window.same") is True
    process.communicate(timeout=60)
