"""Many processes, one database: nobody waits for ever, nothing is lost, whatever is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q

ROOT = Path(__file__).parents[2]
WORK = """
import sys
from segue.backend.open import open_backend
from segue.model.states import Completed, Running
from tests.conformance.making import lease_of, made, moved, propose, start, state
backend = open_backend(sys.argv[1], sys.argv[2])
grant = start(backend, flow=f"flow-{int(sys.argv[3]) % 5}")
stream = backend.stream(lease_of(grant))
print("begun", flush=True)
for n in range(int(sys.argv[4])):
    task = made(grant.run.id, dynamic_key=str(n))
    stream.put(task)
    stream.put(moved(task, state(Running), run_count=1))
    stream.put(moved(task, state(Completed), run_count=1))
    if n % 10 == 9:
        stream.flush()
verdict = propose(backend, grant.run.id, state(Completed), fence=lease_of(grant).fence)
assert verdict.status == "accept", verdict
assert stream.applied == 3 * int(sys.argv[4]), stream.applied
"""


def begin(url: str, home: Path, number: int, tasks: int) -> subprocess.Popen[str]:
    """Start one process of work."""
    return subprocess.Popen(
        [sys.executable, "-c", WORK, url, str(home), str(number), str(tasks)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_thirty_processes_at_once(backend: Backend, beneath: EmbeddedBackend, url: str, tmp_path: Path) -> None:
    processes = [begin(url, tmp_path, n, 50) for n in range(30)]
    for process in processes:
        _, errors = process.communicate(timeout=100)
        assert process.returncode == 0, errors
        assert errors == ""
    assert backend.call(op.FLOW_RUN_COUNT, queries.RunFilter(state_types=["COMPLETED"])).count == 30
    assert backend.call(op.TASK_RUN_COUNT, queries.RunFilter(state_types=["COMPLETED"])).count == 1500
    stats = backend.call(op.UPKEEP_STATS, q.Nothing())
    assert stats.rows["flow"] == 5
    assert stats.rows["state_row"] == 30 * 3 + 1500 * 3
    assert stats.open_leases == 0
    if stats.backend == "sqlite":
        assert beneath._opened().reader().select("PRAGMA integrity_check", {}) == [("ok",)]


def test_killed_processes_leave_true_states_and_the_others_go_on(
    backend: Backend, beneath: EmbeddedBackend, url: str, tmp_path: Path
) -> None:
    # The victims never end by themselves; the others finish beside them.
    victims = [begin(url, tmp_path, n, 1_000_000) for n in range(4)]
    others = [begin(url, tmp_path, n, 50) for n in range(6)]
    for victim in victims:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "begun\n"
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
    for other in others:
        _, errors = other.communicate(timeout=100)
        assert other.returncode == 0, errors
    assert len(reap(backend).flow_runs) == 4
    assert backend.call(op.FLOW_RUN_COUNT, queries.RunFilter(state_types=["CRASHED"])).count == 4
    assert backend.call(op.FLOW_RUN_COUNT, queries.RunFilter(state_types=["COMPLETED"])).count == 6
    still_open = queries.RunFilter(not_state_types=["COMPLETED", "CRASHED"])
    assert backend.call(op.TASK_RUN_COUNT, still_open).count == 0
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []
    # Numbers of events rise without a gap: what was not committed took none.
    rows = backend.call(op.UPKEEP_STATS, q.Nothing()).rows["state_row"]
    top = beneath._opened().reader().select("SELECT max(seq) FROM state_row", {})[0][0]
    assert top == rows
