"""Runs are deleted with their files, and what would go is told before."""

from __future__ import annotations

from tests.e2e.cli.desk import Desk

KEEPS = """
    from segue import flow, task

    @task(persist_result=True, record_inputs=True)
    def add(one, two):
        return one + two

    @flow(persist_result=True, flow_run_name="sum-{number}")
    def total(number: int):
        return add(number, 1)

    for number in range(3):
        total(number)
"""


def files(desk: Desk) -> list[str]:
    """Return what runs left in the home, by name."""
    folders = (desk.home / "storage", desk.home / "inputs")
    return sorted(file.name for folder in folders for file in folder.rglob("*") if file.is_file())


def test_deleting_runs_deletes_their_files(desk: Desk) -> None:
    done = desk.python(desk.write("keeps.py", KEEPS))
    assert done.returncode == 0, done.stderr
    # A result and an input for each run; and three results that are the cache's.
    before = files(desk)
    assert len(before) == 9
    asked = desk.segue("flow-run", "delete", "sum-0", "sum-1", "--dry-run")
    assert asked.stdout.startswith("Would delete 2 flow runs and 4 files (")
    assert files(desk) == before
    done = desk.segue("flow-run", "delete", "sum-0", "sum-1", "--yes")
    assert "Deleted flow run sum-0.\nDeleted flow run sum-1.\nDeleted 4 files (" in done.stdout
    assert len(files(desk)) == 5
    dry = desk.json("database", "prune", "--older-than", "0s", "--dry-run")
    assert isinstance(dry, dict)
    assert (dry["flow_runs"], dry["files"], dry["failed"]) == (1, 2, [])
    assert len(files(desk)) == 5
    real = desk.json("database", "prune", "--older-than", "0s", "--yes")
    assert isinstance(real, dict)
    assert (real["flow_runs"], real["files"], real["bytes"]) == (1, 2, dry["bytes"])
    left = files(desk)
    assert len(left) == 3
    assert not any("-" in name for name in left)
    nothing = desk.segue("database", "prune", "--older-than", "0s", "--yes")
    assert nothing.stdout == "Deleted nothing: nothing is that old.\n"
