"""Timeouts end the work, wherever it runs, and blame the call whose time was up."""

from __future__ import annotations

import pytest

from tests.faults.processes import flow_runs, run, task_runs

FLOW = "Flow run exceeded timeout of 0.3 second(s)"
TASK = "Task run exceeded timeout of 0.3 second(s)"
CRASHED = "Execution was interrupted: the flow run around it exceeded its timeout."


@pytest.mark.parametrize(
    "flow",
    ["sleeping", "busy", "swallows_exceptions", "async_sleeping", "isolated_c_code", "in_a_thread"],
)
def test_a_flow_out_of_time(flow: str) -> None:
    options = ["--thread"] if flow == "in_a_thread" else []
    done = run("timeouts", flow, *options)
    assert (done.code, done.out) == (0, f"TimedOut | {FLOW} | \nsoon\n"), done.err
    assert [each.state_name for each in flow_runs()] == ["TimedOut"]


@pytest.mark.parametrize(
    "flow",
    [
        "task_in_main_thread",
        "task_in_pool",
        "async_task_in_pool",
        "async_task",
        "sync_task_in_async_flow",
        "isolated_task",
        "isolated_in_pool",
        "async_isolated_task",
    ],
)
def test_a_task_out_of_time(flow: str) -> None:
    done = run("timeouts", flow)
    assert (done.code, done.out) == (0, "Completed | None | TimedOut\nsoon\n"), done.err
    assert [(each.state_name, each.state and each.state.message) for each in task_runs()] == [("TimedOut", TASK)]


@pytest.mark.parametrize("flow", ["flow_around_task", "flow_around_pool", "flow_around_async_pool"])
def test_a_flow_out_of_time_is_not_the_fault_of_its_tasks(flow: str) -> None:
    done = run("timeouts", flow)
    assert (done.code, done.out) == (0, f"TimedOut | {FLOW} | \nsoon\n"), done.err
    (inner,) = task_runs()
    assert (inner.state_name, inner.state and inner.state.message, inner.run_count) == ("Crashed", CRASHED, 1)


def test_an_async_flow_out_of_time_is_not_the_fault_of_its_tasks() -> None:
    done = run("timeouts", "async_flow_around_task")
    assert (done.code, done.out) == (0, f"TimedOut | {FLOW} | \nsoon\n"), done.err
    assert [(each.state_name, each.run_count) for each in task_runs()] == [("Crashed", 1)]


def test_a_task_out_of_time_is_a_failure_that_can_be_caught() -> None:
    done = run("timeouts", "catches_below")
    assert done.out.startswith("Completed | None | TaskRunTimeoutError: Scope timed out after 0.3 second(s)."), done.err


def test_a_flow_that_has_time_blames_the_task_that_had_none() -> None:
    done = run("timeouts", "blames_the_task")
    assert done.out.startswith("TimedOut | Flow run failed due to timeout: TaskRunTimeoutError"), done.err


def test_a_subflow_out_of_time() -> None:
    done = run("timeouts", "around_a_subflow")
    assert done.out == "Completed | None | TimedOut\nsoon\n", done.err
    done = run("timeouts", "around_a_patient_subflow")
    assert done.out == f"TimedOut | {FLOW} | \nsoon\n", done.err
    states = {each.flow_name if hasattr(each, "flow_name") else each.name: each.state_name for each in flow_runs()}
    assert sorted(str(name) for name in states.values()) == ["Completed", "Crashed", "TimedOut", "TimedOut"]


@pytest.mark.parametrize("flow", ["task_retries", "flow_retries"])
def test_each_retry_has_its_own_time(flow: str) -> None:
    done = run("timeouts", flow)
    assert done.out == "Completed | None | 3\nsoon\n", done.err


def test_what_is_in_time_is_left_alone() -> None:
    assert run("timeouts", "in_time").out == "Completed | None | in time\nsoon\n"


def test_a_timeout_error_of_the_users_own_is_called_so() -> None:
    done = run("timeouts", "users_own")
    assert done.out.startswith("TimedOut | Flow run failed due to timeout: TimeoutError('mine')"), done.err
