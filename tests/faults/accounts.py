"""What a load of flows did to the world, and what a database says that it did: both must agree, to the last step."""

from __future__ import annotations

import collections
import subprocess
from pathlib import Path

from segue.backend.embedded import EmbeddedBackend
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.faults.processes import finish
from tests.serving_process import SEGUE


def every(database: EmbeddedBackend, where: queries.RunFilter) -> list[str]:
    """Return the task keys of all task runs that fit."""
    found: list[str] = []
    query = queries.RunQuery(where=where, limit=1000)
    while True:
        page = database.call(op.TASK_RUN_LIST, query)
        found += [f"{each.flow_run_id} {each.dynamic_key}" for each in page.items if each.task_name == "step"]
        if page.next is None:
            return found
        query = queries.RunQuery(where=where, limit=1000, after=page.next)


def ended_well(clients: list[subprocess.Popen[str]]) -> tuple[int, str]:
    """Let programs of `load.py` end; returns how many flows they ran, and what they said to their users."""
    flows, said = 0, ""
    for client in clients:
        done = finish(client)
        assert done.code == 0, done.err
        assert "Traceback" not in done.err
        flows += int(done.out)
        said += done.err
    flushed = subprocess.run([SEGUE, "spool", "flush"], capture_output=True, text=True, check=False)
    assert flushed.returncode == 0, flushed.stdout + flushed.stderr
    return flows, said


def agree(database: EmbeddedBackend, ledger: Path, flows: int, tasks: int) -> None:
    """What was done is what is recorded: each step once, in a run that is completed."""
    lines = collections.Counter(ledger.read_text().splitlines())
    assert len(lines) == flows * tasks
    assert set(lines.values()) == {1}
    states = database.call(op.UPKEEP_STATS, q.Nothing()).flow_runs_by_state
    assert states == {"COMPLETED": 2 * flows}
    completed = every(database, queries.RunFilter(state_types=["COMPLETED"]))
    assert len(completed) == flows * tasks
    assert every(database, queries.RunFilter(not_state_types=["COMPLETED"])) == []
    # Three states for each run, and a stand-in among the tasks for each subflow.
    rows = database.call(op.UPKEEP_STATS, q.Nothing()).rows
    assert rows["state_row"] == 3 * (2 * flows + flows * tasks + flows)
    for text, many in (("worked", 1), ("inner", 1), ("Finished in state", 2)):
        found = database.call(op.LOG_COUNT, queries.LogQuery(text=text)).count
        assert found == many * flows, text
    assert database.check() == []
