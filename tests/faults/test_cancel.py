"""Cancel always tells the truth: a run is Cancelled, by whom and why, when it has stopped, and not before."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from segue.client import get_client
from segue.client.schemas.objects import FlowRun
from segue.engine.lives import current_actor
from segue.engine.session import forget
from segue.model.states import Actor
from segue.states import Cancelled, Cancelling, State
from tests.faults.processes import (
    alive,
    finish,
    flow_run,
    flow_runs,
    line,
    start,
    task_runs,
    top_level_runs,
    until,
)

ANNA = Actor(kind="user", name="anna", means="sdk")


@pytest.fixture(autouse=True)
def _acting_as_anna() -> None:
    current_actor.set(ANNA)


def begin(flow: str, *options: str) -> tuple[subprocess.Popen[str], FlowRun]:
    """Start a flow and wait until it is where it is to be cancelled."""
    process = start("runs", flow, *options)
    assert line(process).startswith("begun")
    return process, flow_run()


def cancel(run: FlowRun, state: State | None = None) -> None:
    get_client(sync_client=True).set_flow_run_state(run.id, state or Cancelling(message="It reads last year's file."))


def cancelled(run: FlowRun) -> FlowRun:
    """Return the run once more; it must have been cancelled by Anna, for her reason."""
    (now,) = [each for each in top_level_runs() if each.id == run.id]
    assert now.state is not None
    assert (now.state.type.value, now.state.name) == ("CANCELLED", "Cancelled")
    assert now.state.message == "It reads last year's file."
    assert now.state.state_details.actor == ANNA
    history = [state.name for state in get_client(sync_client=True).read_flow_run_states(run.id)]
    assert history[-2:] == ["Cancelling", "Cancelled"]
    assert all(each.state is not None and each.state.is_final() for each in task_runs())
    assert all(each.state is not None and each.state.is_final() for each in flow_runs())
    return now


def took(run: FlowRun) -> float:
    """Return the seconds between the request and the end."""
    asked, ended = get_client(sync_client=True).read_flow_run_states(run.id)[-2:]
    return (ended.timestamp - asked.timestamp).total_seconds()


@pytest.mark.parametrize(
    "flow",
    [
        "sleeping",
        "busy",
        "async_sleeping",
        "async_gathering",
        "in_pool",
        "async_in_pool",
        "above",
        "swallowing",
        "between_retries",
        "between_attempts",
    ],
)
def test_a_run_ends_within_about_a_second(flow: str, ledger: Path) -> None:
    process, run = begin(flow)
    cancel(run)
    done = finish(process)
    assert done.code == 1
    assert "CancelledRun: It reads last year's file." in done.err
    cancelled(run)
    assert took(run) < 3
    said = ledger.read_text().splitlines()
    assert said.count("hook Cancelled") == (2 if flow == "above" else 1)
    assert "went on" not in said
    assert sum(" begun" in each for each in said) == sum(" ended" in each for each in said)


def test_cancelled_is_asked_for_but_cancelling_is_entered(ledger: Path) -> None:
    process, run = begin("sleeping")
    cancel(run, Cancelled(message="It reads last year's file."))
    assert finish(process).code == 1
    cancelled(run)


def test_a_flow_in_a_thread_is_told_between_two_byte_codes(ledger: Path) -> None:
    process, run = begin("in_thread_of_its_own", "--thread")
    cancel(run)
    assert finish(process).code == 0
    cancelled(run)


def test_the_one_below_is_cancelled_and_the_one_above_goes_on(ledger: Path) -> None:
    process, above = begin("above_that_goes_on")
    until(lambda: len(flow_runs()) == 2)
    (below,) = [each for each in flow_runs() if each.parent_task_run_id is not None]
    cancel(below)
    done = finish(process)
    assert (done.code, done.out) == (0, "returned it was Cancelled\n"), done.err
    states = {each.name: each.state_name for each in flow_runs()}
    assert states == {above.name: "Completed", below.name: "Cancelled"}
    (below,) = [each for each in flow_runs() if each.parent_task_run_id is not None]
    assert below.state is not None
    assert below.state.state_details.actor == ANNA
    assert [each.state_name for each in task_runs()] == ["Cancelled"]
    assert ledger.read_text() == "hook Cancelled\n"


def test_while_code_resists_the_run_is_cancelling(ledger: Path) -> None:
    process = start("runs", "stubborn", stdin=subprocess.PIPE)
    assert line(process) == "begun"
    run = flow_run()
    cancel(run)
    # It is heard, and said in the log, and nothing else is claimed.
    until(lambda: any("was asked to stop" in each for each in logs()))
    assert flow_run().state_name == "Cancelling"
    assert process.poll() is None
    assert process.stdin is not None
    process.stdin.write("go on\n")
    process.stdin.flush()
    assert finish(process).code == 1
    cancelled(run)


def logs() -> list[str]:
    forget()
    return [each.message for each in get_client(sync_client=True).read_logs()]


@pytest.mark.parametrize(
    "flow",
    [
        "isolated_task",
        "isolated_in_pool",
        "isolated_in_async",
        "isolated_flow",
        "async_isolated_task",
        "in_pool_of_processes",
    ],
)
def test_work_in_processes_has_ended_when_the_run_is_cancelled(flow: str, ledger: Path) -> None:
    process = start("runs", flow)
    pids = [int(word) for word in line(process).split()[1:]]
    assert len(pids) == 3
    assert all(alive(pid) for pid in pids)
    run = flow_run()
    cancel(run)
    until(lambda: flow_run().state_name == "Cancelled")
    assert not any(alive(pid) for pid in pids)
    assert finish(process).code == 1
    cancelled(run)
    assert ledger.read_text() == "hook Cancelled\n"


def test_a_killed_process_takes_its_children_along(ledger: Path) -> None:
    process = start("runs", "isolated_task")
    pids = [int(word) for word in line(process).split()[1:]]
    process.kill()
    finish(process)
    until(lambda: not any(alive(pid) for pid in pids))
    assert flow_run().state_name == "Crashed"


def test_a_run_that_nobody_holds_is_cancelled_at_once(ledger: Path) -> None:
    process, run = begin("sleeping")
    process.kill()
    finish(process)
    assert flow_run().state_name == "Crashed"
    answer = get_client(sync_client=True).set_flow_run_state(run.id, Cancelled())
    assert answer.status.value == "ABORT"
