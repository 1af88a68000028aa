"""Why a run does not run, as a person asks."""

from __future__ import annotations

import sys

from tests.e2e.cli.desk import Desk

HOLD = """
    import sys, time
    from segue import flow, task

    @task(tags=["warehouse"])
    def load():
        time.sleep(60)

    @flow
    def pipeline():
        load()

    pipeline.with_options(flow_run_name=sys.argv[1])()
"""


def test_a_run_that_waits_for_a_slot_names_who_has_it(desk: Desk) -> None:
    assert desk.segue("concurrency-limit", "create", "warehouse", "1").returncode == 0
    program = desk.write("hold.py", HOLD)
    desk.start(sys.executable, program, "first")
    desk.wait_for(lambda: len(desk.items("task-run", "ls", "--state", "Running")) == 1, "the slot to be taken")
    desk.start(sys.executable, program, "second")
    waiting = ("task-run", "ls", "--state", "AwaitingConcurrencySlot")
    desk.wait_for(lambda: len(desk.items(*waiting)) == 1, "the other to wait")
    told = desk.segue("flow-run", "inspect", "second").stdout
    assert "a slot of the limit tag:warehouse (1 of 1 taken)" in told
    assert "of flow run first, taken" in told
    found = desk.json("flow-run", "inspect", "second")
    assert isinstance(found, dict)
    (gate,) = found["waits_for"]
    assert (gate["kind"], gate["keepers"][0]["flow_run"]) == ("slot", "first")
    (task,) = desk.items(*waiting)
    assert "held by task run load-0 of flow run first" in desk.segue("task-run", "inspect", str(task["id"])).stdout
