"""Durable flows with steps of every kind, killed in the middle of them: what finished is not done again."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from segue.client.schemas.objects import TaskRun
from tests.faults.processes import Done, flow_run, run, task_runs, top_level_runs

PROGRAM = "durable_kinds"


def killed(flow: str, place: str, *arguments: str, **environment: str) -> str:
    """Run a flow until it is killed at a place; return the id of its run."""
    done = run(PROGRAM, flow, *arguments, KILL=place, **environment)
    assert done.code == -signal.SIGKILL, done.err
    lost = flow_run()
    assert lost.state_name == "Crashed"
    return str(lost.id)


def again(flow: str, id: str, **environment: str) -> Done:
    """Run it again under its id, in a new process."""
    return run(PROGRAM, flow, id, **environment)


def times(ledger: Path) -> Counter[str]:
    return Counter(ledger.read_text().splitlines())


#: A flow, and the step inside which it is killed.
KINDS = [
    ("nested", "before"),
    ("nested", "outer one"),
    ("nested", "one 1"),
    ("nested", "two 2"),
    ("subflows", "inner one"),
    ("subflows", "two"),
    ("submitted", "first 2"),
    ("submitted", "second FIRST 3"),
    ("submitted", "last"),
    ("mapped", "mapped 3"),
    ("mapped", "hello mapped 5"),
    ("gathered", "left"),
    ("gathered", "right"),
    ("gathered", "second"),
    ("gathered", "b 1"),
    ("gathered", "last"),
]


@pytest.mark.parametrize(("flow", "inside"), KINDS)
def test_finished_steps_are_done_once_and_the_result_is_the_same(flow: str, inside: str, ledger: Path) -> None:
    left_alone = run(PROGRAM, flow)
    assert left_alone.code == 0, left_alone.err
    once = times(ledger)
    ledger.unlink()
    first = flow_run()

    done = run(PROGRAM, flow, KILL=f"inside:{inside}")
    assert done.code == -signal.SIGKILL, done.err
    (lost,) = [str(each.id) for each in top_level_runs() if each.id != first.id]
    finished = {result_of(each) for each in task_runs() if str(each.flow_run_id) == lost}
    resumed = again(flow, lost)

    assert (resumed.code, resumed.out) == (0, left_alone.out), resumed.err
    now = times(ledger)
    assert set(now) == set(once)
    assert all(once[name] <= now[name] <= once[name] + 1 for name in once)
    assert now[inside] == once[inside] + 1
    for name in once:
        # The result of a step is its name, of most in capitals.
        assert now[name] == once[name] or name == inside or not {name, name.upper()} & finished, name


def result_of(each: TaskRun) -> str | None:
    value = each.state.result() if each.state is not None and each.state.is_completed() else None
    return value if isinstance(value, str) else None


def test_equal_calls_that_were_submitted_keep_their_results_in_order(ledger: Path) -> None:
    id = killed("equal", "before:the end")
    before = {line for line in ledger.read_text().splitlines() if line.startswith("serial")}
    first, second = again("equal", id), again("equal", id)
    assert first.code == 0, first.err
    assert second.out == first.out
    assert all(name in first.out for name in before)
    assert times(ledger).total() == 6


def test_none_and_thirty_megabytes_are_results_like_any_other(ledger: Path) -> None:
    id = killed("extremes", "before:the end")
    done = again("extremes", id)
    assert (done.code, done.out) == (0, "(None, 30000000)\n"), done.err
    assert times(ledger) == {"nothing": 1, "large": 1, "middle": 1}


def test_a_run_may_be_killed_again_and_again(ledger: Path) -> None:
    id = killed("subflows", "inside:two")
    for _ in range(2):
        done = run(PROGRAM, "subflows", id, KILL="inside:two")
        assert done.code == -signal.SIGKILL, done.err
    done = again("subflows", id)
    assert done.code == 0, done.err
    now = times(ledger)
    assert now == {"inner one": 2, "same": 5, "one": 2, "inner two": 4, "two": 4}


def test_a_failure_that_was_handled_is_gone_through_again_not_run_again(ledger: Path) -> None:
    id = killed("handled", "before:the end")
    done = again("handled", id, MENDED="yes")
    assert (done.code, done.out) == (0, "['ONE', 'handled flawed', 'TWO']\n"), done.err
    assert times(ledger) == {"one": 1, "flawed": 1, "two": 1}
    done = again("handled", id, MENDED="yes")
    assert done.out == "['ONE', 'handled flawed', 'TWO']\n"


def test_what_made_a_run_fail_is_tried_again(ledger: Path) -> None:
    done = run(PROGRAM, "failing")
    assert done.code == 1
    assert "Flaw: flawed" in done.err
    failed = flow_run()
    assert failed.state_name == "Failed"
    done = again("failing", str(failed.id), MENDED="yes")
    assert (done.code, done.out) == (0, "['ONE', 'flawed is mended', 'TWO']\n"), done.err
    assert times(ledger) == {"one": 1, "flawed": 2, "two": 1}


def test_a_retry_of_the_flow_finds_the_steps_of_the_attempt_before(ledger: Path) -> None:
    id = killed("retried", "before:two")
    assert times(ledger) == {"one": 2, "flawed": 1}
    done = again("retried", id)
    assert (done.code, done.out) == (0, "['ONE', 'ONE', 'TWO']\n"), done.err
    assert times(ledger) == {"one": 2, "flawed": 1, "two": 1}


def test_retries_of_a_task_keep_the_steps_within(ledger: Path) -> None:
    id = killed("task_retries", "before:the end")
    assert times(ledger) == {"within tried": 1, "tried": 3}
    done = again("task_retries", id)
    assert (done.code, done.out) == (0, "tried\n"), done.err
    assert times(ledger) == {"within tried": 1, "tried": 3}


def test_inputs_that_cannot_be_hashed_do_in_sequential_code(ledger: Path) -> None:
    id = killed("unhashable", "before:the end")
    done = again("unhashable", id)
    assert (done.code, done.out) == (0, "['one', 'two']\n"), done.err
    assert times(ledger) == {"one": 1, "two": 1}


def test_concurrent_steps_need_inputs_that_can_be_hashed(ledger: Path) -> None:
    done = run(PROGRAM, "unhashable_concurrent")
    assert done.code == 1
    assert "Step 'holding' has inputs that cannot be hashed" in done.err
    assert flow_run().state_name == "Failed"
    assert not ledger.exists()


def test_two_steps_swapped_stop_the_replay(ledger: Path) -> None:
    id = killed("swapped", "before:the end")
    done = again("swapped", id, SWAP="yes")
    assert done.code == 1
    assert "call 2 was step (step-1), now it is step (step-1)" in done.err
    assert flow_run().state_name == "Failed"
    assert times(ledger) == {"one": 1, "two": 1, "three": 1}
    # Put right, it goes on.
    done = again("swapped", id)
    assert (done.code, done.out) == (0, "['ONE', 'TWO', 'THREE']\n"), done.err


@pytest.mark.parametrize(("flow", "step"), [("keeps_nothing", "unkept"), ("subflow_keeps_nothing", "inner-unkept")])
def test_a_result_that_cannot_be_kept_is_said(flow: str, step: str, ledger: Path) -> None:
    done = run(PROGRAM, flow)
    assert done.code == 1
    assert f"The result of step '{step}' cannot be kept for a resume: SerializationError" in done.err
    assert {each.state_name for each in task_runs()} == {"Failed"}


def test_generators_are_refused_as_steps_unless_they_are_submitted(ledger: Path) -> None:
    refused = run(PROGRAM, "generators")
    assert refused.code == 1
    assert "Task 'items' is a generator" in refused.err
    assert run(PROGRAM, "generators_submitted").out == "[0, 1, 2]\n"


def test_a_process_of_its_own_is_for_the_tasks_of_a_durable_flow(ledger: Path) -> None:
    refused = run(PROGRAM, "isolated")
    assert refused.code == 1
    assert 'give isolation="process" to its tasks instead' in refused.err
    id = killed("isolated_task", "before:the end")
    assert again("isolated_task", id).out == "['ONE', 'two', 'THREE']\n"
    assert times(ledger) == {"one": 1, "two": 1, "three": 1}


def test_steps_in_threads_of_the_users_own(ledger: Path) -> None:
    id = killed("threads", "before:the end")
    done = again("threads", id)
    assert (done.code, done.out) == (0, "['THREAD 0', 'THREAD 1', 'THREAD 2', 'THREAD 3', 'LAST']\n"), done.err
    assert set(times(ledger).values()) == {1}


def test_a_torn_end_of_the_journal_is_cut_off(home: Path, ledger: Path) -> None:
    id = killed("handled", "inside:two")
    (journal,) = home.glob("**/*.journal")
    with journal.open("ab") as file:
        file.write(b"\x40\x00\x00\x00half a record")
    done = again("handled", id)
    assert (done.code, done.out) == (0, "['ONE', 'handled flawed', 'TWO']\n"), done.err
    assert times(ledger) == {"one": 1, "flawed": 1, "two": 2}


def test_a_journal_that_lost_a_committed_result_is_not_made_up_for(home: Path, ledger: Path) -> None:
    id = killed("handled", "inside:two")
    (journal,) = home.glob("**/*.journal")
    journal.write_bytes(journal.read_bytes()[:20])
    done = again("handled", id)
    assert done.code == 1
    assert "MissingResult" in done.err
    assert times(ledger) == {"one": 1, "flawed": 1, "two": 1}


def test_a_finished_run_run_again_does_nothing_again(ledger: Path) -> None:
    assert run(PROGRAM, "submitted").code == 0
    before = times(ledger)
    done = again("submitted", str(flow_run().id))
    assert done.code == 0, done.err
    assert times(ledger) == before
