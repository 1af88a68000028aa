"""What every task runner promises: the same flow gives the same values and the same record, wherever its tasks run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from segue import flow, get_client, tags, task, unmapped
from segue.blocks.system import Secret
from segue.cache_policies import INPUTS
from segue.client.schemas.objects import TaskRun
from segue.engine.session import reading
from segue.events.filters import EventFilter, EventNameFilter
from segue.futures import SegueFuture
from segue.model.states import Failed
from segue.states import Cancelling, State
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


def test_a_flow_that_is_cancelled_stops_its_tasks(runner: Runner, tmp_path: Path) -> None:
    @flow(task_runner=runner)
    def calls() -> None:
        future = bodies.holds.submit(str(tmp_path))
        until(lambda: (tmp_path / "begun").exists() and (tmp_path / "begun").read_text())
        with get_client(sync_client=True) as client:
            (flow_run,) = client.read_flow_runs()
            client.set_flow_run_state(flow_run.id, Cancelling(message="not today"))
        future.result()

    assert calls(return_state=True).is_cancelled()
    state = runs()["holds-0"].state
    assert state is not None
    assert state.is_cancelled()
    until(lambda: (tmp_path / "ended").exists() or not alive(int((tmp_path / "begun").read_text())))


def test_calls_of_a_plain_loop_run_at_once(runner: Runner, tmp_path: Path) -> None:
    @flow(task_runner=runner, task_calls="concurrent")
    def calls() -> int:
        numbers = []
        for number in range(2):
            met = bodies.meets(str(tmp_path), number, 2)
            numbers.append(bodies.add(met))
        return sum(numbers)

    assert calls() == 3


def test_a_task_is_serialized_once_for_a_map(afar: Runner, tmp_path: Path) -> None:
    noted = bodies.Counted(str(tmp_path))

    @task
    def takes(number: int) -> str:
        return f"{number} {noted.folder}"

    @flow(task_runner=afar)
    def calls() -> list[str]:
        return takes.map(range(50)).result()

    assert calls() == [f"{number} {tmp_path}" for number in range(50)]
    assert len(list(tmp_path.glob("serialized-*"))) == 1


def test_a_map_is_sent_in_chunks(cluster: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    name = {"dask": "_send", "ray": "_send_several"}[cluster.name]
    send = getattr(type(cluster), name)

    def counted(self: Runner, calls: list[object], *more: object) -> None:
        sizes.append(len(calls))
        send(self, calls, *more)

    monkeypatch.setattr(type(cluster), name, counted)

    @flow(task_runner=cluster)
    def calls() -> int:
        return sum(bodies.add.map(range(1000)).result())

    assert calls() == sum(range(1001))
    alone = 1000 - sum(sizes)
    # What travels alone on Ray is from when nothing was known yet of how long the calls take.
    assert max(sizes) > 1
    assert len(sizes) + alone < 500


def test_large_results_arrive(runner: Runner) -> None:
    @flow(task_runner=runner)
    def calls() -> tuple[int, int]:
        blob = bodies.large.submit(bodies.BIG)
        return bodies.measured.submit(blob).result(), len(blob.result())

    assert calls() == (bodies.BIG, bodies.BIG)


def test_a_large_value_stays_in_the_cluster_until_it_is_asked_for(cluster: Runner, tmp_path: Path) -> None:
    here, size = tmp_path / f"loaded-by-{os.getpid()}", bodies.BIG
    left: list[SegueFuture[bodies.Heavy]] = []

    @flow(task_runner=cluster)
    def calls() -> list[int]:
        heavy = bodies.heavy.submit(str(tmp_path), size)
        found = [bodies.weighed.submit(heavy).result(), bodies.weighed.submit(heavy, {"more": [heavy, heavy]}).result()]
        found += bodies.weighed.map(unmapped(heavy), [None, {"more": [heavy]}]).result()
        bodies.add.submit(1, wait_for=[heavy]).result()
        assert heavy.state.is_completed()
        assert "kept in the cluster" in repr(heavy.state)
        assert not here.exists()
        assert len(heavy.result().blob) == size
        assert len(heavy.state.result().blob) == size
        assert here.exists()
        here.unlink()
        # Nobody asks for this one before the cluster is let go of.
        last = bodies.heavy.submit(str(tmp_path), size)
        last.wait()
        left.append(last)
        assert not here.exists()
        return found

    assert calls() == [size, 3 * size, size, 2 * size]
    assert len(left[0].result().blob) == size


def test_a_flow_that_takes_futures_along_says_what_to_do(afar: Runner) -> None:
    held: list[SegueFuture[int]] = []

    @flow(task_runner=afar)
    def calls() -> None:
        first = bodies.add.submit(1)
        first.wait()
        held.append(first)
        bodies.doubled.submit(2).result()

    with pytest.raises(TypeError, match=r"the future of task run 'add-0' cannot be sent .* variables of its own"):
        calls()


def test_a_large_value_that_is_kept_is_written_by_its_worker(cluster: Runner, tmp_path: Path) -> None:
    here, results = tmp_path / f"loaded-by-{os.getpid()}", tmp_path / "results"
    kept = bodies.heavy.with_options(persist_result=True, result_storage=results)
    left: list[SegueFuture[bodies.Heavy]] = []

    @flow(task_runner=cluster)
    def calls() -> None:
        future = kept.submit(str(tmp_path), bodies.BIG)
        future.wait()
        left.append(future)

    calls()
    assert [each.stat().st_size > bodies.BIG for each in results.iterdir()] == [True]
    assert not here.exists()
    assert len(left[0].result().blob) == bodies.BIG
    recorded = runs()["heavy-0"].state
    assert recorded is not None
    assert len(recorded.result().blob) == bodies.BIG
    assert here.exists()


def test_what_looks_at_inputs_or_values_is_given_them(cluster: Runner, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(_task: object, _run: object, state: State) -> None:
        seen.append(len(state.result().blob))

    heavy = bodies.heavy.with_options(persist_result=True, on_completion=[look], cache_policy=INPUTS)
    weighed = bodies.weighed.with_options(task_run_name="weighs {thing.blob!r:.5}", cache_policy=INPUTS)

    @flow(task_runner=cluster)
    def calls() -> int:
        return weighed.submit(heavy.submit(str(tmp_path), bodies.BIG)).result()

    assert calls() == bodies.BIG
    assert calls() == bodies.BIG
    assert seen == [bodies.BIG] * 2
    found = runs()
    assert "weighs b'xxx" in found
    with get_client(sync_client=True) as client:
        assert sorted(each.state_name or "" for each in client.read_task_runs()) == ["Cached"] * 2 + ["Completed"] * 2


def test_a_call_that_takes_long_holds_up_none_that_came_with_it(cluster: Runner, tmp_path: Path) -> None:
    @flow(task_runner=cluster)
    def calls() -> list[int]:
        # What is known of these is that they are short, so that on Ray many travel together.
        bodies.seldom_long.map(str(tmp_path), range(40)).result()
        futures = bodies.seldom_long.map(str(tmp_path), range(1000, 1200))
        # All the others are there while one of them waits to be let go.
        others = [future.result(timeout=60) for number, future in enumerate(futures) if number != 77]
        until(lambda: futures[77].state.name == "Running")
        (tmp_path / "go").touch()
        return [*others, futures[77].result(timeout=60)]

    assert sorted(calls()) == list(range(1000, 1200))
    assert {each.state_name for each in runs().values()} == {"Completed"}


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
    assert [
        line.endswith(f"dashboard: {link or 'none'}") for line in lines() if line.startswith("Tasks run on the ")
    ] == [True]
    assert [state.name for state in states] == ["Pending", "Running", "Completed"]
    assert states[1].message
    assert states[1].message.startswith("On worker ")
    inspected = subprocess.run(
        [sys.executable, "-m", "segue", "task-run", "inspect", "add-0"], capture_output=True, text=True, check=True
    )
    assert states[1].message.removeprefix("On worker ") in inspected.stdout
