"""Limits as people make, look at, change and delete them in a terminal."""

from __future__ import annotations

import sys

from tests.e2e.cli.desk import Desk

HOLDS = """
    import pathlib, time
    from segue import flow
    from segue.concurrency.sync import concurrency

    @flow(flow_run_name="holds")
    def holds():
        with concurrency("db", occupy=2):
            pathlib.Path("held").touch()
            while not pathlib.Path("go").exists():
                time.sleep(0.02)

    holds()
"""


def facts(desk: Desk, noun: str, name: str) -> dict[str, object]:
    found = desk.json(noun, "inspect", name)
    assert isinstance(found, dict)
    return found


def test_a_limit_from_its_making_to_its_end(desk: Desk) -> None:
    noun = "global-concurrency-limit"
    assert desk.segue(noun, "create", "db", "--limit", "2").stdout == "Made limit 'db' with 2 slots.\n"
    assert desk.segue(noun, "create", "db", "--limit", "2").returncode == 4
    process = desk.start(sys.executable, desk.write("holds.py", HOLDS))
    desk.wait_for((desk.folder / "held").exists, "the slots to be held")
    held = facts(desk, noun, "db")
    assert (held["limit"], held["active"], held["active_slots"]) == (2, True, 2)
    holders = held["holders"]
    assert isinstance(holders, list)
    assert [each["slots"] for each in holders] == [2]
    assert "2 of 2 slots taken" in desk.segue(noun, "inspect", "db").stdout
    assert desk.segue(noun, "update", "db", "--limit", "5", "--reason", "a larger server").returncode == 0
    assert desk.segue(noun, "disable", "db").returncode == 0
    changed = facts(desk, noun, "db")
    assert (changed["limit"], changed["active"], changed["active_slots"]) == (5, False, 2)
    assert [(each["name"], each["limit"]) for each in desk.items(noun, "ls")] == [("db", 5)]
    assert "2 of 5" in desk.segue(noun, "ls").stdout
    (desk.folder / "go").touch()
    assert process.wait(60) == 0
    assert facts(desk, noun, "db")["active_slots"] == 0
    told = desk.items("event", "ls", "--changes", "--resource", "segue.concurrency-limit.*")
    assert "a larger server" in [each.get("reason") for each in told]
    assert desk.segue(noun, "delete", "db", "--reason", "unused").returncode == 0
    assert desk.items(noun, "ls") == []
    gone = desk.segue(noun, "inspect", "db")
    assert (gone.returncode, "There is no limit 'db'" in gone.stderr) == (3, True)


def test_a_limit_of_a_tag_from_its_making_to_its_end(desk: Desk) -> None:
    noun = "concurrency-limit"
    made = desk.segue(noun, "create", "warehouse", "2")
    assert made.stdout == "At most 2 tasks with tag 'warehouse' run at once.\n"
    found = facts(desk, noun, "warehouse")
    assert (found["tag"], found["limit"], found["active_slots"]) == ("warehouse", 2, 0)
    # Made again it is changed.
    assert desk.segue(noun, "create", "warehouse", "1").returncode == 0
    assert [(each["tag"], each["limit"]) for each in desk.items(noun, "ls")] == [("warehouse", 1)]
    assert desk.segue(noun, "delete", "warehouse").returncode == 0
    assert desk.items(noun, "ls") == []
    assert desk.segue(noun, "delete", "warehouse").returncode == 3
