"""Background runs: handed over in one process, run in another, their values read back."""

import importlib.util
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from segue import background_results, flow, get_client, tags, task
from segue.background_results import WorkerResults
from segue.engine.session import backend
from segue.exceptions import ObjectNotFound
from segue.futures import SegueDistributedFuture, as_completed, wait
from segue.host.ids import new_id
from segue.task_runners import SegueTaskRunner
from segue.task_worker import TaskWorker, serve
from segue.wire.operations import UPKEEP_REAP
from segue.wire.requests import Reap
from tests.integration.background.serving import until, worker


@task
def add(x: int, y: int = 1) -> int:
    return x + y


@task(result_serializer="json")
def name_of(value: object) -> str:
    return type(value).__name__


@task
async def later(x: int) -> int:
    return x * 10


@task
def breaks() -> None:
    raise ValueError("over there")


def test_a_run_waits_until_somebody_serves_its_task() -> None:
    future = add.delay(1, y=2)
    assert future.state.is_scheduled()
    future.wait(timeout=0)
    assert not future.state.is_final()
    with pytest.raises(TimeoutError):
        future.result(timeout=0)
    with worker(add):
        assert future.result(timeout=30) == 3
    assert future.state.is_completed()


def test_what_is_recorded_of_it() -> None:
    with worker(add), tags("nightly"):
        future = add.delay(1)
        future.wait(timeout=30)
    client = get_client(sync_client=True)
    run = client.read_task_run(future.task_run_id)
    assert (run.tags, run.run_count, run.state_name) == (["nightly"], 1, "Completed")
    names = [state.name for state in client.read_task_run_states(run.id)]
    assert names == ["Scheduled", "Pending", "Running", "Completed"]


def test_kinds_of_tasks_and_inputs() -> None:
    with worker(add, name_of, later):
        assert later.delay(3).result(timeout=30) == 30
        # Inputs are Python objects whatever the results are written as.
        assert name_of.delay({1, 2}).result(timeout=30) == "set"
        assert [each.result(timeout=30) for each in add.map([1, 2, 3], deferred=True)] == [2, 3, 4]


def test_futures_elsewhere_and_here_are_inputs() -> None:
    with worker(add):
        first = add.delay(1)
        second = add.delay(first, y=10)
        third = add.apply_async((1,), wait_for=[second])
        assert (second.result(timeout=30), third.result(timeout=30)) == (12, 2)

        @flow
        def mixed() -> int:
            here = add.submit(5)
            return add.delay(here).result(timeout=30)

        assert mixed() == 7


def test_a_flow_sends_its_tasks_to_workers_by_one_argument() -> None:
    @flow(task_runner=SegueTaskRunner())
    def away() -> list[int]:
        mapped = add.map([1, 2], y=10)
        last = add.submit(mapped[0])
        assert isinstance(last, SegueDistributedFuture)
        return [*mapped.result(), last.result()]

    with worker(add):
        assert away() == [11, 12, 12]


def test_a_future_is_its_id() -> None:
    with worker(add, breaks):
        future = add.delay(1)
        again = pickle.loads(pickle.dumps(future))
        assert again == future
        assert SegueDistributedFuture(future.task_run_id).result(timeout=30) == 2
        futures = [add.delay(number) for number in range(3)]
        assert sorted(each.result() for each in as_completed(futures, timeout=30)) == [1, 2, 3]
        assert not wait(futures).not_done
        nobodys: SegueDistributedFuture[int] = SegueDistributedFuture(uuid4())
        with pytest.raises(ObjectNotFound):
            nobodys.result(timeout=30)
        done = threading.Event()
        add.delay(1).add_done_callback(lambda _: done.set())
        assert done.wait(30)


def test_a_failure_over_there_is_a_failure_here() -> None:
    with worker(breaks):
        future = breaks.delay()
        with pytest.raises(ValueError, match="over there"):
            future.result(timeout=30)
        assert future.state.is_failed()


def test_no_more_than_the_limit_at_a_time() -> None:
    gate = threading.Event()
    together: list[int] = []
    made: list[TaskWorker] = []

    @task
    def measured() -> None:
        together.append(made[0].current_tasks)
        gate.wait(30)

    futures = [measured.delay() for _ in range(4)]
    with worker(measured, limit=2) as serving:
        made.append(serving)
        until(lambda: len(together) == 2)
        assert serving.available_tasks == 0
        gate.set()
        for future in futures:
            future.wait(timeout=30)
    assert max(together) <= 2
    assert sum(serving.finished_task_runs.values()) == 4


def test_stopping_lets_the_runs_under_way_end() -> None:
    begun, gate = threading.Event(), threading.Event()

    @task
    def slow() -> str:
        begun.set()
        gate.wait(30)
        return "ended"

    future, left = slow.delay(), slow.delay()
    with worker(slow, limit=1) as serving:
        assert begun.wait(30)
        serving.stop()
        gate.set()
    assert future.result(timeout=0) == "ended"
    assert left.state.is_scheduled()


def test_inputs_that_are_gone_fail_the_run() -> None:
    future = add.delay(1)
    client = get_client(sync_client=True)
    for file in Path(os.environ["SEGUE_HOME"]).rglob(f"*{future.task_run_id}*"):
        file.unlink()
    with worker(add):
        future.wait(timeout=30)
    assert "cannot be read" in (client.read_task_run(future.task_run_id).state or future.state).message  # type: ignore[operator]


def test_a_worker_with_a_timeout_ends_by_itself() -> None:
    future = add.delay(1)
    serve(add, timeout=0.5)
    assert future.result(timeout=0) == 2


def lose(serving: TaskWorker) -> None:
    """Have a worker's lease taken from it, as when it was cut off for too long."""
    held = serving._hold
    assert held is not None
    backend().call(UPKEEP_REAP, Reap(dead=[held.under]))


def test_a_worker_that_lost_its_lease_takes_up_what_it_ran_itself() -> None:
    gate, first = threading.Event(), threading.Event()

    @task
    def cut_off() -> str:
        if not first.is_set():
            first.set()
            until(gate.is_set)
        return "taken up"

    with worker(cut_off, limit=2) as serving:
        future = cut_off.delay()
        assert first.wait(30)
        lose(serving)
        assert future.result(timeout=30) == "taken up"
        assert serving.current_tasks == 0
        # Its thread and its room are there for others.
        assert cut_off.delay().result(timeout=30) == "taken up"


def test_what_resists_when_the_lease_is_lost_is_not_begun_beside_itself() -> None:
    gate = threading.Event()
    begun: list[int] = []

    @task
    def resists() -> str:
        begun.append(1)
        while not gate.is_set():
            with suppress(BaseException):
                gate.wait(0.05)
        return "done"

    with worker(resists) as serving:
        future = resists.delay()
        until(lambda: bool(begun))
        lose(serving)
        until(lambda: bool(serving._later))
        gate.set()
        # The value that was kept stands for the body.
        assert future.result(timeout=30) == "done"
    assert len(begun) == 1


def test_a_worker_that_stopped_in_the_midst_of_runs_can_start_again() -> None:
    begun, gate = threading.Event(), threading.Event()

    @task
    def slow() -> str:
        begun.set()
        gate.wait(30)
        return "ended"

    serving = TaskWorker(slow)
    for _ in range(2):
        begun.clear()
        gate.clear()
        future = slow.delay()
        thread = threading.Thread(target=serving.start)
        thread.start()
        assert begun.wait(30)
        serving.stop()
        until(lambda: not serving.started)
        gate.set()
        thread.join(30)
        assert future.result(timeout=0) == "ended"


def test_a_worker_that_can_claim_no_more_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_here: object) -> None:
        raise RuntimeError("not foreseen")

    serving = TaskWorker(add)
    monkeypatch.setattr(serving, "_held", broken)
    with pytest.raises(RuntimeError, match="not foreseen"):
        serving.start(timeout=30)


def test_a_worker_writes_another_file_for_many_values_and_for_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    results = WorkerResults(new_id())
    first = results.place(new_id())
    assert results.place(new_id()) is first
    monkeypatch.setattr(background_results, "_OF_ONE_FILE", 2)
    second = results.place(new_id())
    assert second.path != first.path
    monkeypatch.setattr(background_results, "_LONGEST", 0.0)
    assert results.place(new_id()).path != second.path


SCRIPT = """
import sys
from segue import task
from segue.task_worker import serve

@task
def triple(x):
    return 3 * x

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(triple, status_server_port=int(sys.argv[2]))
    else:
        print(triple.delay(7).result(timeout=60))
"""


def test_two_processes_and_a_signal(tmp_path: Path) -> None:
    script = tmp_path / "background.py"
    script.write_text(SCRIPT)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, str(script), "serve", str(port)], stderr=subprocess.PIPE) as serving:
        try:
            command = [sys.executable, str(script), "delay"]
            asked = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
            assert asked.stdout == "21\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=30) as answer:
                status = msgspec.json.decode(answer.read())
            assert sum(status["finished"].values()) == 1
            assert (status["limit"], status["current"], status["stopping"]) == (10, 0, False)
        finally:
            serving.send_signal(signal.SIGTERM)
        _, said = serving.communicate(timeout=60)
    assert serving.returncode == 0
    assert b"SIGTERM received" in said


KILLED = """
import os, signal, sys
from segue import runtime, task
from segue.task_worker import TaskWorker

@task
def dies(times, path):
    with open(path, "a") as file:
        print(runtime.task_run.id, file=file)
    with open(path) as file:
        begun = len(file.readlines())
    if begun <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"

@task
def keeps(path):
    with open(path, "a") as file:
        print("once", file=file)
    return "kept"

if __name__ == "__main__":
    worker = TaskWorker(dies, keeps)
    if sys.argv[1] == "deaf":
        begin = worker._begin
        def begin_deaf(hold, runs):
            put = hold.put
            def dying(record):
                if getattr(getattr(record, "state", None), "name", None) == "Completed":
                    os.kill(os.getpid(), signal.SIGKILL)
                put(record)
            hold.put = dying
            begin(hold, runs)
        worker._begin = begin_deaf
    worker.start(timeout=float(sys.argv[2]))
"""


def test_what_a_killed_worker_ran_is_taken_up_and_told_by_one_key(tmp_path: Path) -> None:
    script = tmp_path / "doomed.py"
    script.write_text(KILLED)
    spec = importlib.util.spec_from_file_location("doomed", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def serve_once(how: str = "as usual", seconds: float = 1.5) -> int:
        return subprocess.run([sys.executable, str(script), how, str(seconds)], check=False, timeout=60).returncode

    # Once in effect: the body that is begun again knows by one id that it is.
    once, notes = module.dies.delay(1, str(tmp_path / "once")), tmp_path / "once"
    assert serve_once() == -signal.SIGKILL
    assert serve_once() == 0
    assert once.result(timeout=30) == "done"
    assert notes.read_text().split() == [str(once.task_run_id)] * 2
    # A value that was kept stands for the body.
    kept = module.keeps.delay(str(tmp_path / "kept"))
    assert serve_once("deaf") == -signal.SIGKILL
    with worker(module.keeps):
        assert kept.result(timeout=30) == "kept"
    assert kept.state.name == "Cached"
    assert (tmp_path / "kept").read_text() == "once\n"
    # One that takes every worker with it is given up.
    always = module.dies.delay(99, str(tmp_path / "always"))
    assert [serve_once() for _ in range(4)] == [-signal.SIGKILL] * 4
    always.wait(timeout=30)
    assert always.state.is_crashed()
    assert serve_once(seconds=0.2) == 0
