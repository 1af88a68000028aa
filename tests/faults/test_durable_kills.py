"""A durable flow of twenty steps is killed with SIGKILL between any two of them and inside each of them, and goes on."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.processes import flow_run, run, task_runs

#: What the flow returns when nobody disturbs it.
UNDISTURBED = 7 * 3**20 + sum(number * 3 ** (19 - number) for number in range(20))
BETWEEN = [f"before:{number}" for number in range(20)]
INSIDE = [f"inside:{number}" for number in range(20)]


def test_left_alone_it_runs_each_step_once(ledger: Path) -> None:
    done = run("twenty_steps")
    assert (done.code, done.out) == (0, f"{UNDISTURBED}\n"), done.err
    assert ledger.read_text().split() == [str(number) for number in range(20)]


@pytest.mark.parametrize("number", [1, 2, 11, 20])
def test_no_step_is_finished_before_its_result_is_on_disk(number: int, ledger: Path) -> None:
    killed = run("power_cut", KILL=f"sync:{number}")
    assert killed.code == -signal.SIGKILL, killed.err
    lost = flow_run()
    assert lost.state_name == "Crashed"
    assert sum(each.state_name == "Completed" for each in task_runs()) == number - 1
    # Whatever the database calls finished has its result: a step without one would be an error here.
    done = run("power_cut", str(lost.id))
    assert (done.code, done.out) == (0, f"{UNDISTURBED}\n"), done.err
    assert Counter(ledger.read_text().split()) == Counter([*map(str, range(20)), str(number - 1)])


@pytest.mark.parametrize("place", [*BETWEEN, *INSIDE, "before:the end"])
def test_killed_it_goes_on_from_its_last_finished_step(place: str, ledger: Path) -> None:
    killed = run("twenty_steps", KILL=place)
    assert killed.code == -signal.SIGKILL, killed.err

    lost = flow_run()
    assert lost.state is not None
    assert lost.state.name == "Crashed"
    assert "is gone" in str(lost.state.message)
    assert all(each.state is not None and each.state.is_final() for each in task_runs())

    done = run("twenty_steps", str(lost.id))
    assert (done.code, done.out) == (0, f"{UNDISTURBED}\n"), done.err
    after = flow_run()
    assert (after.id, after.state_name) == (lost.id, "Completed")

    where, name = place.split(":")
    times = Counter(ledger.read_text().split())
    expected = {str(number): 1 for number in range(20)}
    if where == "inside":
        # Its effect was there, its end was not: nothing inside can tell that from a step that never began.
        expected[name] = 2
    assert times == expected
