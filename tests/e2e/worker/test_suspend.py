"""A suspended run holds no process; resumed, it is begun again elsewhere, and what was finished is not done again."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from segue.model.runs import FlowRun
from segue.model.states import Completed, Failed, Paused
from segue.wire import operations as op
from segue.wire.queries import LogQuery
from segue.wire.requests import ById
from tests.e2e.cli.desk import SEGUE
from tests.e2e.worker.conftest import Yard

FLOWS = """
    import os, time
    from segue import flow, pause_flow_run, suspend_flow_run, asuspend_flow_run, task
    from segue.input import RunInput

    class Price(RunInput):
        euros: int

    @task
    def step(mark: str, n: int) -> int:
        with open(mark, "a") as file:
            file.write(f"{n} ")
        return n

    @flow(durable=True)
    def bids(mark: str) -> int:
        first = step(mark, 1)
        slow = step.submit(mark, 2)
        answer = suspend_flow_run(wait_for_input=Price)
        with open(mark, "a") as file:
            file.write(f"pid:{os.getpid()} ")
        again = suspend_flow_run(wait_for_input=Price, key="second")
        return first + slow.result() + answer.euros + again.euros

    @flow
    async def abids(mark: str) -> str:
        with open(mark, "a") as file:
            file.write(f"{os.getpid()} ")
        await asuspend_flow_run(timeout=600)
        return "done"

    @flow
    def steps(mark: str, go: str) -> None:
        for n in range(10_000):
            step(mark, n)
            while not os.path.exists(go):
                time.sleep(0.02)
            time.sleep(0.02)

    @flow
    def parent(mark: str) -> None:
        child(mark)

    @flow
    def child(mark: str) -> None:
        suspend_flow_run()
"""


@pytest.fixture
def place(yard: Yard) -> Yard:
    yard.write("suspending.py", FLOWS)
    return yard


def deploy(yard: Yard, flow: str, **facts: Any) -> str:
    return yard.until_deployed(flow, entrypoint=f"suspending.py:{flow}", **facts)


def another(yard: Yard) -> subprocess.Popen[str]:
    return yard.start(SEGUE, "worker", "start", "--pool", "here", "--name", "bob")


def until_suspended(yard: Yard, id: str) -> FlowRun:
    def free() -> bool:
        run = yard.read(id)
        assert not run.state.final, run.state
        return isinstance(run.state, Paused) and all(
            each.id != id for each in yard.backend.call(op.LEASE_LIST, _ALL).items
        )

    yard.wait_for(free, "it to be suspended, and let go")
    return yard.read(id)


_ALL = op.LEASE_LIST.request()


def workers_of(yard: Yard, id: str) -> list[str]:
    rows = yard.backend.call(op.FLOW_RUN_HISTORY, ById(id)).items
    return [row.state.actor.name for row in rows if row.state.actor is not None and row.state.actor.kind == "worker"]


def test_a_run_frees_its_process_and_goes_on_elsewhere_with_what_it_had(place: Yard) -> None:
    first = place.worker("--limit", "1")
    deployment = deploy(place, "bids", concurrency_limit=1)
    mark = place.folder / "mark"
    id = place.ask(deployment, mark=str(mark))
    run = until_suspended(place, id)
    assert isinstance(run.state, Paused)
    assert (run.state.name, run.state.reschedule, run.state.until) == ("Suspended", True, None)
    assert sorted(mark.read_text().split()) == ["1", "2"]
    # Its slots are free: another run of the deployment takes them meanwhile.
    other = place.ask(deployment, mark=str(place.folder / "other"))
    until_suspended(place, other)
    assert "somebody to resume it" in place.segue("flow-run", "why", id).stdout
    assert place.items("worker", "ls")[0]["flow_run_ids"] == []
    place.stop(first)
    another(place)
    unfit = place.segue("flow-run", "resume", id, "-p", "euros=dear")
    assert unfit.returncode != 0
    assert place.segue("flow-run", "resume", id, "-p", "euros=10").returncode == 0
    place.wait_for(lambda: "pid:" in mark.read_text(), "it to go on")
    assert until_suspended(place, id).state.key == "second"  # type: ignore[union-attr]  # it is Paused
    assert place.segue("flow-run", "resume", id, "-p", "euros=100").returncode == 0
    over = place.until_over(id)
    assert isinstance(over.state, Completed)
    # Each step once, the answers of earlier where they were asked for, and the body from the top each time.
    words = mark.read_text().split()
    assert [word for word in words if not word.startswith("pid:")] in (["1", "2"], ["2", "1"])
    assert len({word for word in words if word.startswith("pid:")}) == 2
    assert workers_of(place, id) == ["ann", "bob", "bob"]


def test_an_async_run_is_suspended_and_ends_as_a_failure_when_its_time_is_over(place: Yard) -> None:
    place.worker()
    mark = place.folder / "mark"
    id = place.ask(deploy(place, "abids"), mark=str(mark))
    state = until_suspended(place, id).state
    assert isinstance(state, Paused)
    assert state.until is not None
    assert place.segue("flow-run", "resume", id).returncode == 0
    assert isinstance(place.until_over(id).state, Completed)
    assert len(set(mark.read_text().split())) == 2
    place.write("hasty.py", FLOWS.replace("timeout=600", "timeout=0.1"))
    hasty = place.ask(place.deploy("abids", name="hasty", entrypoint="hasty.py:abids"), mark=str(mark))
    over = place.until_over(hasty).state
    assert isinstance(over, Failed)
    assert over.message == "The flow run was suspended and never resumed."
    assert place.segue("flow-run", "resume", hasty).returncode != 0


def test_another_run_is_suspended_at_its_next_step(place: Yard) -> None:
    place.worker()
    mark, go = place.folder / "mark", place.folder / "go"
    id = place.ask(deploy(place, "steps"), mark=str(mark), go=str(go))
    place.wait_for(lambda: mark.exists() and mark.read_text() == "0 ", "its first step")
    program = place.write("suspends.py", f"from segue import suspend_flow_run; suspend_flow_run(flow_run_id={id!r})")
    done = place.python(program)
    assert done.returncode == 0, done.stderr
    assert place.read(id).state.name == "Suspended"
    go.touch()
    until_suspended(place, id)
    lines = [each.message for each in place.backend.call(op.LOG_LIST, LogQuery(flow_run_ids=[id])).items]
    assert any("ends at its next step" in line for line in lines)
    again = place.python(program)
    assert again.returncode == 1
    assert "not currently running" in again.stderr
    cancelled = place.segue("flow-run", "cancel", id)
    assert cancelled.returncode == 0, cancelled.stderr
    assert place.read(id).state.name == "Cancelled"


def test_a_subflow_is_not_suspended_and_says_why(place: Yard, tmp_path: Path) -> None:
    place.worker()
    id = place.ask(deploy(place, "parent"), mark=str(tmp_path / "mark"))
    over = place.until_over(id).state
    assert isinstance(over, Failed)
    assert "it is a subflow" in (over.message or "")
