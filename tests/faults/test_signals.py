"""Signals and exits: the run says what ended it, and the process dies as the signal wants."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import pytest

from segue.client.schemas.objects import FlowRun, TaskRun
from tests.faults.processes import finish, flow_run, flow_runs, line, run, start, task_runs, top_level_runs

TERMINATED = "Execution was aborted by a termination signal."
INTERRUPTED = "Execution was aborted by an interrupt signal."
#: What Ctrl-C means to `asyncio.run`, if it comes between two runs and the next one has begun before it is told.
BY_THE_LOOP = "Execution was cancelled by the runtime environment."
#: Another one chooses other moments.
SEED = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))
FLOWS = ["sleeping", "busy", "async_sleeping", "in_pool", "async_in_pool", "subflow_sleeping", "between_attempts"]


@pytest.mark.parametrize("flow", FLOWS)
def test_sigterm_is_a_crash_with_a_message_and_the_process_dies_of_it(flow: str, ledger: Path) -> None:
    process = start("runs", flow)
    assert line(process) == "begun"
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == -signal.SIGTERM
    ended = flow_run()
    assert (ended.state_name, ended.state and ended.state.message) == ("Crashed", TERMINATED)
    everything = [*(each.state_name for each in flow_runs()), *(each.state_name for each in task_runs())]
    assert set(everything) == {"Crashed"}


@pytest.mark.parametrize("flow", FLOWS)
def test_ctrl_c_is_a_crash_with_a_message(flow: str, ledger: Path) -> None:
    process = start("runs", flow)
    assert line(process) == "begun"
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == -signal.SIGINT
    assert "KeyboardInterrupt" in done.err
    ended = flow_run()
    assert (ended.state_name, ended.state and ended.state.message) == ("Crashed", INTERRUPTED)


def test_hooks_on_crash_run_once(ledger: Path) -> None:
    process = start("runs", "in_pool")
    assert line(process) == "begun"
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == -signal.SIGTERM
    said = ledger.read_text().splitlines()
    assert said.count("hook Crashed") == 1
    assert sum("ended" in each for each in said) == 4


def test_two_flows_on_one_loop_both_say_what_ended_them(ledger: Path) -> None:
    process = start("many", "two_on_a_loop")
    assert [line(process), line(process)] == ["begun", "begun"]
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == -signal.SIGTERM
    assert [each.state and each.state.message for each in top_level_runs()] == [TERMINATED, TERMINATED]


def test_what_else_is_on_the_loop_ends_in_good_order_after_ctrl_c(ledger: Path) -> None:
    process = start("many", "with_cleaning_up")
    assert [line(process) for _ in range(4)] == ["begun"] * 4
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert sorted(done.out.splitlines()) == ["code beside cleaned up", "flow cleaned up", "task cleaned up"], done.err
    assert done.code == -signal.SIGINT
    assert "was destroyed" not in done.err
    everything: list[FlowRun | TaskRun] = [*flow_runs(), *task_runs()]
    assert {each.state and each.state.message for each in everything if each.state_name != "Completed"} == {INTERRUPTED}
    assert len(everything) in {6, 7}  # the short one may have come as far as its task


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("program", ["one_after_the_other", "two_by_two", "without_a_loop"])
def test_a_signal_at_any_moment_ends_the_process_as_it_wants(
    program: str, number: signal.Signals, ledger: Path
) -> None:
    chance, pause = random.Random(SEED), threading.Event()
    for _ in range(8):
        process = start("many", program)
        assert line(process) == "begun"
        pause.wait(chance.uniform(0.0, 0.1))
        process.send_signal(number)
        done = finish(process)
        assert done.code == -number, f"SEED={SEED}\n{done.err}"
    messages = {each.state and each.state.message for each in flow_runs() if each.state_name == "Crashed"}
    assert messages <= {TERMINATED, INTERRUPTED, BY_THE_LOOP}
    assert {each.state_name for each in flow_runs()} <= {"Completed", "Crashed"}


def test_a_signal_while_a_coroutines_run_begins_is_no_mere_cancellation(ledger: Path) -> None:
    done = run("many", "begins")
    assert (done.code, done.out) == (-signal.SIGINT, ""), done.err
    assert done.err.rstrip().endswith("KeyboardInterrupt")
    assert (flow_run().state_name, flow_run().state.message) == ("Crashed", INTERRUPTED)  # type: ignore[union-attr]


def test_ctrl_c_that_comes_too_late_for_a_run_ends_the_program(ledger: Path) -> None:
    done = run("many", "interrupted_at_the_end")
    assert done.code == -signal.SIGINT, done.err
    assert flow_run().state_name == "Completed"


def test_ctrl_c_ends_a_hook_of_a_run_whose_body_has_ended(ledger: Path) -> None:
    process = start("many", "with_a_hook_that_stays")
    assert line(process) == "in a hook"
    process.send_signal(signal.SIGINT)
    assert finish(process).code == -signal.SIGINT
    assert flow_run().state_name == "Completed"


def test_a_handler_of_the_applications_own_stands(ledger: Path) -> None:
    process = start("many", "own_handlers")
    assert line(process) == "begun"
    process.send_signal(signal.SIGTERM)
    done = finish(process)
    assert (done.code, done.out) == (0, "heard 15\nreturned\n"), done.err
    assert flow_run().state_name == "Completed"


def test_handlers_are_given_back(ledger: Path) -> None:
    done = run("many", "handlers_after")
    assert done.out == "returned True\n", done.err


@pytest.mark.parametrize(("flow", "code", "message"), [
    ("exits", 3, "Execution was aborted by Python system exit call."),
    ("interrupted", -signal.SIGINT, INTERRUPTED),
])  # fmt: skip
def test_exits_and_interrupts_of_the_code_itself(flow: str, code: int, message: str, ledger: Path) -> None:
    done = run("runs", flow)
    assert done.code == code, done.err
    ended = flow_run()
    assert (ended.state_name, ended.state and ended.state.message) == ("Crashed", message)
    assert ledger.read_text() == "hook Crashed\n"


def test_work_in_a_process_goes_with_the_run(ledger: Path) -> None:
    process = start("runs", "isolated_task")
    pids = [int(word) for word in line(process).split()[1:]]
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == -signal.SIGTERM
    from tests.faults.processes import alive

    assert not any(alive(pid) for pid in pids)
    assert flow_run().state_name == "Crashed"
