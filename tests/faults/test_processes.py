"""Threads, loops, forks and many processes: every run is recorded once, and nothing hangs."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from segue.client import get_client
from segue.engine.session import reading
from segue.wire.operations import FLOW_RUN_COUNT, LEASE_LIST, TASK_RUN_COUNT
from segue.wire.queries import RunFilter
from segue.wire.requests import Nothing
from tests.faults.processes import finish, flow_runs, line, run, start, task_runs, top_level_runs

#: What `small` comes to for a number: one task of its own and three mapped ones.
SMALL = [(number + 1) + sum(each + number for each in (1, 2, 3)) for number in range(40)]


@pytest.mark.parametrize(("program", "flows"), [("in_threads", 40), ("on_one_loop", 40), ("loops_in_threads", 12)])
def test_many_flows_at_once_in_one_process(program: str, flows: int) -> None:
    done = run("many", program)
    assert (done.code, done.out) == (0, f"{sum(SMALL[:flows])}\n"), done.err
    assert Counter(each.state_name for each in flow_runs()) == {"Completed": flows}
    assert reading().call(TASK_RUN_COUNT, RunFilter(state_types=["COMPLETED"])).count == 4 * flows
    assert reading().call(LEASE_LIST, Nothing()).items == []


def test_a_pool_of_processes_forked_in_a_run() -> None:
    done = run("many", "pool_of_processes")
    assert (done.code, done.out) == (0, "292\n"), done.err
    assert [each.state_name for each in flow_runs()] == ["Completed"]
    assert [each.state_name for each in task_runs()] == ["Completed", "Completed"]


def test_a_flow_called_in_a_fork_is_a_run_of_its_own() -> None:
    done = run("many", "flow_in_a_fork")
    assert (done.code, done.out) == (0, "42\n"), done.err
    assert {each.name: each.parent_task_run_id for each in flow_runs()} == {
        each.name: None for each in top_level_runs()
    }
    assert [each.state_name for each in top_level_runs()] == ["Completed", "Completed"]
    assert Counter(each.state_name for each in task_runs()) == {"Completed": 3}


@pytest.mark.parametrize(("program", "says"), [
    ("falls_through", {"child 3", "parent 3"}),
    ("child_exits", {"parent"}),
    ("waits_in_a_fork", {
        "child This task runs in the process that this one was forked from; its end cannot be seen here.",
        "parent 3",
    }),
])  # fmt: skip
def test_a_forked_copy_of_a_run_writes_nothing(program: str, says: set[str]) -> None:
    done = run("many", program)
    assert done.code == 0, done.err
    assert set(done.out.splitlines()) == says
    assert [each.state_name for each in flow_runs()] == ["Completed"]
    history = get_client(sync_client=True).read_flow_run_states(flow_runs()[0].id)
    assert [each.name for each in history] == ["Pending", "Running", "Completed"]
    assert {each.state_name for each in task_runs()} == {"Completed"}


def test_threads_that_nothing_can_end_do_not_hold_the_interpreter() -> None:
    done = run("many", "leaves_threads_behind")
    assert (done.code, done.out) == (0, "TimedOut\n"), done.err
    assert [each.state_name for each in task_runs()] == ["Crashed"]


def test_a_flow_still_running_in_a_daemon_thread_is_closed_by_whoever_looks() -> None:
    done = run("many", "thread_still_runs_a_flow")
    assert (done.code, done.out) == (0, "leaving\n"), done.err
    assert [each.state_name for each in flow_runs()] == ["Crashed"]


def test_fifty_processes_of_fifty_tasks_on_one_file(home: Path) -> None:
    processes = [start("many", "fifty") for _ in range(50)]
    for process in processes:
        done = finish(process)
        assert (done.code, done.out) == (0, "begun\n675\n"), done.err
        # Nobody was told of a lock.
        assert "lock" not in done.err
    whole(runs=50)


def test_fifty_processes_while_others_are_killed(home: Path) -> None:
    victims = [start("many", "again_and_again") for _ in range(5)]
    processes = [start("many", "fifty") for _ in range(50)]
    for number, process in enumerate(processes):
        if number % 10 == 5:
            victim = victims.pop()
            line(victim)
            victim.send_signal(signal.SIGKILL)
            victim.communicate()
        done = finish(process)
        assert (done.code, done.out) == (0, "begun\n675\n"), done.err
    states = Counter(each.state_name for each in get_client(sync_client=True).read_flow_runs(limit=200))
    assert states["Completed"] >= 50
    assert set(states) <= {"Completed", "Crashed", "Running"}
    flow_runs()
    assert reading().call(LEASE_LIST, Nothing()).items == []
    assert reading().call(FLOW_RUN_COUNT, RunFilter(state_types=["CRASHED"])).count <= 5
    open_tasks = RunFilter(state_types=["PENDING", "RUNNING", "SCHEDULED"])
    assert reading().call(TASK_RUN_COUNT, open_tasks).count == 0
    sound()


def whole(*, runs: int) -> None:
    """Nothing is missing, nothing is there twice, and the file is sound."""
    assert Counter(each.state_name for each in flow_runs()) == {"Completed": runs}
    assert reading().call(TASK_RUN_COUNT, RunFilter(state_types=["COMPLETED"])).count == 50 * runs
    assert reading().call(TASK_RUN_COUNT, RunFilter()).count == 50 * runs
    assert reading().call(LEASE_LIST, Nothing()).items == []
    sound()


def sound() -> None:
    backend = reading()
    assert backend.check() == []  # type: ignore[attr-defined]
    reader = backend._opened().reader()  # type: ignore[attr-defined]
    # The numbers of the history rise without a gap, and those of each run's records too.
    (rows, top) = reader.select("SELECT count(*), max(seq) FROM state_row", {})[0]
    assert rows == top
