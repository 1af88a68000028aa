"""A flow with `on_crash` is begun again when its process is lost, as often as it says, and never while the first may still run."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from segue.model.states import Completed, Crashed
from segue.wire import operations as op
from segue.wire.requests import ById
from tests.e2e.worker.conftest import Yard
from tests.e2e.worker.test_worker import alive
from tests.serving_process import ServerProcess

FLOWS = """
    import os, time
    from segue import flow, task

    @task
    def step(mark: str, n: int) -> int:
        with open(mark, "a") as file:
            file.write(f"step:{n} ")
        return n

    @flow(durable=True, on_crash=2)
    def stubborn(mark: str, go: str) -> int:
        first = step(mark, 1)
        with open(mark, "a") as file:
            file.write(f"pid:{os.getpid()} ")
        while not os.path.exists(go):
            time.sleep(0.02)
        return first + step(mark, 2)

    @flow
    def meek(mark: str, go: str) -> None:
        with open(mark, "a") as file:
            file.write(f"pid:{os.getpid()} ")
        while True:
            time.sleep(0.02)
"""


@pytest.fixture
def place(yard: Yard) -> Yard:
    yard.write("crashing.py", FLOWS)
    return yard


def pids(mark: Path) -> list[int]:
    words = mark.read_text().split() if mark.exists() else []
    return [int(word.partition(":")[2]) for word in words if word.startswith("pid:")]


def until_gone(pid: int, seconds: float = 60.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} goes on"
        pause.wait(0.02)


def asked(yard: Yard, flow: str) -> tuple[str, Path, Path]:
    mark, go = yard.folder / f"mark-{flow}", yard.folder / "go"
    deployment = yard.until_deployed(flow, entrypoint=f"crashing.py:{flow}")
    return yard.ask(deployment, mark=str(mark), go=str(go)), mark, go


def test_a_killed_process_is_followed_by_another_that_does_no_finished_step_again(place: Yard) -> None:
    place.worker()
    id, mark, go = asked(place, "stubborn")
    for life in (1, 2):
        place.wait_for(lambda life=life: len(pids(mark)) == life, f"life {life}")  # type: ignore[misc]  # bound at once
        os.kill(pids(mark)[-1], signal.SIGKILL)
    place.wait_for(lambda: len(pids(mark)) == 3, "the third life")
    go.touch()
    over = place.until_over(id)
    assert isinstance(over.state, Completed)
    words = mark.read_text().split()
    assert [word for word in words if word.startswith("step:")] == ["step:1", "step:2"]
    names = [row.state.name for row in place.backend.call(op.FLOW_RUN_HISTORY, ById(id)).items]
    assert (names.count("Crashed"), names.count("AwaitingRetry")) == (2, 2)


def test_without_a_policy_and_after_the_last_time_a_crashed_run_stays_so(place: Yard) -> None:
    place.worker()
    id, mark, _ = asked(place, "meek")
    place.wait_for(lambda: len(pids(mark)) == 1, "it to be under way")
    os.kill(pids(mark)[0], signal.SIGKILL)
    assert isinstance(place.until_over(id).state, Crashed)
    id, mark, _ = asked(place, "stubborn")
    for life in (1, 2, 3):
        place.wait_for(lambda life=life: len(pids(mark)) == life, f"life {life}")  # type: ignore[misc]  # bound at once
        os.kill(pids(mark)[-1], signal.SIGKILL)
    place.wait_for(lambda: place.read(id).state.final, "the last life to end")
    assert isinstance(place.read(id).state, Crashed)
    assert len(pids(mark)) == 3


def test_a_process_that_cannot_renew_its_lease_stops_before_another_may_begin(
    place: Yard, server: ServerProcess
) -> None:
    place.worker()
    id, mark, go = asked(place, "stubborn")
    place.wait_for(lambda: len(pids(mark)) == 1, "it to be under way")
    (first,) = pids(mark)
    server.kill()
    # Nobody can tell it anything: it ends by its own clock.
    until_gone(first)
    server.start()
    place.wait_for(lambda: len(pids(mark)) == 2, "the second life")
    assert not alive(first)
    go.touch()
    assert isinstance(place.until_over(id).state, Completed)


def test_a_policy_that_is_none_is_refused(place: Yard) -> None:
    for wrong in ("'always'", "-1", "True", "1.5"):
        told = place.python(
            place.write("wrong.py", f"from segue import flow\n@flow(on_crash={wrong})\ndef f(): pass\n")
        )
        assert told.returncode == 1
        assert "'on_crash' is" in told.stderr
