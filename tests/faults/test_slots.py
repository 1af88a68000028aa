"""Slots of processes that are killed are free for the next one that looks."""

from __future__ import annotations

import signal
import sys

from tests.e2e.cli.desk import Desk

HOLDER = """
import time
from segue import flow
from segue.concurrency.sync import concurrency

@flow(flow_run_name="holder")
def hold():
    with concurrency("db"):
        print("held", flush=True)
        while True:
            time.sleep(0.05)

hold()
"""
NEXT = """
from segue.concurrency.sync import concurrency
with concurrency("db", timeout_seconds=20):
    print("mine")
"""


def test_a_killed_holder_leaves_no_slot_behind(tmp_path, request) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(tmp_path)
    request.addfinalizer(desk.leave)
    assert desk.segue("global-concurrency-limit", "create", "db", "-l", "1").returncode == 0
    holder = desk.start(sys.executable, desk.write("holder.py", HOLDER))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    held = desk.json("global-concurrency-limit", "inspect", "db")
    assert isinstance(held, dict)
    assert (held["limit"], held["active"], held["active_slots"]) == (1, True, 1)
    assert held["holders"][0]["holder"]["name"] == "holder"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert desk.states() == {"holder": "Crashed"}
    told = desk.python(desk.write("next.py", NEXT))
    assert told.stdout == "mine\n", told.stderr
    left = desk.json("global-concurrency-limit", "inspect", "db")
    assert isinstance(left, dict)
    assert left["active_slots"] == 0
