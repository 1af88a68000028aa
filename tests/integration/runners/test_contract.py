"""What every task runner promises: the same flow gives the same values and the same record, wherever its tasks run."""

from __future__ import annotations

import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from segue import flow, get_client, tags
from segue.blocks.system import Secret
from segue.client.schemas.objects import TaskRun
from segue.engine.session import reading
from segue.events.filters import EventFilter, EventNameFilter
from segue.model.states import Failed
from segue.task_runners import TaskRunner
from segue.variables import Variable
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunQuery
from tests.faults.processes import alive
from tests.integration.runners import bodies

Runner = TaskRunner[Any]
AFAR = ("dask", "ray")


def runs() -> dict[str, TaskRun]:
    with get_client(sync_client=True) as client:
        return {each.name: each for each in client.read_task_runs()}


def lines() -> list[str]:
    with get_client(sync_client=True) as client:
        return [each.message for each in client.read_logs()]


def until(holds: Any) -> None:
    pause = threading.Event()
    while not holds():
        pause.wait(0.02)


def test_values_are_the_same(runner: Runner) -> None:
    assert bodies.values.with_options(task_runner=runner)() == {
        "chain": 4, "mapped": [11, 12, 13], "mapped again": [12, 13, 14], "async": 8, "containers": 40, "state": 6, "allowed": 2,
    }  # fmt: skip


def test_an_exception_comes_back_with_its_traceback(runner: Runner) -> None:
    caught: list[ValueError] = []

    @flow(task_runner=runner)
    def calls() -> None:
        try:
            bodies.fails.submit(7).result()
        except ValueError as error:
            caught.append(error)

    calls()
    assert str(caught[0]) == "not 7"
    assert "deeper" in {frame.name for frame in traceback.extract_tb(caught[0].__traceback__)}
    state = runs()["fails-0"].state
    assert state is not None
    assert state.is_failed()
    (recorded,) = reading().call(TASK_RUN_LIST, RunQuery()).items
    assert isinstance(recorded.state, Failed)
    assert recorded.state.error is not None
    # What a person needs to see at once: where in the user's code, and with which value.
    assert recorded.state.error.function == "deeper"
    assert "7" in recorded.state.error.values.values()


def test_retries_begin_anew_and_count(runner: Runner, tmp_path: Path) -> None:
    @flow(task_runner=runner)
    def calls() -> int:
        return bodies.third_time.submit(str(tmp_path)).result()

    assert calls() == 3
    assert runs()["third_time-0"].run_count == 3


def test_a_cached_result_stands_for_the_body(runner: Runner, tmp_path: Path) -> None:
    @flow(task_runner=runner)
    def calls() -> list[int]:
        return [bodies.counted.submit(str(tmp_path)).result() for _ in range(2)]

    assert calls() == [1, 1]
    assert calls() == [1, 1]


def test_a_timeout_ends_the_body(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls() -> str:
        return str(bodies.too_slow.submit(return_state=True).name)

    assert calls() == "TimedOut"


def test_tasks_call_and_submit_tasks(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls() -> int:
        return bodies.outer.submit(1).result()

    assert calls() == 5
    found = runs()
    outer = found.pop("outer-0")
    assert len(found) == 3
    assert {each.parent_task_run_id for each in found.values()} == {outer.id}


def test_the_context_and_tags_go_with_a_task(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls(number: int) -> dict[str, Any]:
        with tags("around"):
            return bodies.who.submit().result()

    found = calls(3)
    assert found["task"] == "who-0"
    assert found["tags"] == ["around", "of-the-task"]
    assert (found["count"], found["parameters"], found["same"]) == (1, {"number": 3}, True)


def test_lines_and_prints_are_recorded_once(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls() -> list[int]:
        return bodies.says.map(range(5)).result()

    assert calls() == [0, 1, 2, 3, 4]
    found = lines()
    for number in range(5):
        assert found.count(f"logged {number}") == 1
        assert found.count(f"printed {number}") == 1


def test_artifacts_and_events_of_a_worker_are_of_its_run(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls() -> None:
        bodies.leaves_traces.submit().result()

    calls()
    run = runs()["leaves_traces-0"]
    with get_client(sync_client=True) as client:
        (artifact,) = client.read_artifacts()
        (event,) = client.read_events(EventFilter(event=EventNameFilter(prefix=["shop."]))).events
    assert (artifact.key, artifact.task_run_id) == ("from-afar", run.id)
    assert f"segue.task-run.{run.id}" in {each.id for each in event.related}


def test_a_worker_reads_secrets_and_variables(runner: Runner) -> None:
    Secret(value="swordfish-7").save("door")
    Variable.set("region", "north")

    @flow(task_runner=runner)
    def calls() -> tuple[str, int]:
        return bodies.reads.submit("door").result()

    assert calls() == ("north", 11)
    assert not [line for line in lines() if "swordfish" in line]


def test_a_long_task_shows_running_and_its_lines_meanwhile(runner: Runner, tmp_path: Path) -> None:
    @flow(task_runner=runner)
    def calls() -> None:
        future = bodies.holds.submit(str(tmp_path))
        until(lambda: "it has begun" in lines())
        state = runs()["holds-0"].state
        assert state is not None
        assert state.is_running()
        (tmp_path / "go").touch()
        future.result()

    calls()
    assert lines().count("it has begun") == 1


def test_a_flow_that_fails_leaves_nothing_running(runner: Runner, tmp_path: Path) -> None:
    @flow(task_runner=runner)
    def calls() -> None:
        bodies.holds.submit(str(tmp_path))
        until(lambda: (tmp_path / "begun").exists() and (tmp_path / "begun").read_text())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calls()
    state = runs()["holds-0"].state
    assert state is not None
    assert state.is_final()
    # Its process may have been ended before it could say so.
    until(lambda: (tmp_path / "ended").exists() or not alive(int((tmp_path / "begun").read_text())))


def test_large_results_arrive(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls() -> tuple[int, int]:
        blob = bodies.large.submit(bodies.BIG)
        return bodies.measured.submit(blob).result(), len(blob.result())

    assert calls() == (bodies.BIG, bodies.BIG)


def test_a_run_says_on_which_worker_it_ran(cluster: Runner) -> None:
    @flow(task_runner=cluster)
    def calls() -> int:
        return bodies.add.submit(1).result()

    calls()
    with get_client(sync_client=True) as client:
        states = client.read_task_run_states(runs()["add-0"].id)
        (flow_run,) = client.read_flow_runs()
    # Its page leads to the cluster's own, where there is one.
    link = flow_run.labels.get("segue.cluster.dashboard")
    assert (link is not None and str(link).startswith("http://")) if cluster.name == "dask" else link is None
    assert [state.name for state in states] == ["Pending", "Running", "Completed"]
    assert states[1].message
    assert states[1].message.startswith("On worker ")
