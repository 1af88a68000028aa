"""Limits of deployments, queues, pools and workers, with real workers: kept, pushed, and never left behind by the dead."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.model.states import Completed, Crashed
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire.requests import ById, Nothing
from tests.e2e.worker.conftest import Yard
from tests.serving_process import ServerProcess


@pytest.fixture(scope="module", autouse=True)
def elder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that begins before the first test: whoever needs one that has served for half a minute waits for the rest."""
    server = ServerProcess(tmp_path_factory.mktemp("elder") / "home")
    server.start(wait=False)
    yield server
    server.stop()
    assert "Traceback" not in server.said()


def under_way(yard: Yard, ids: list[str]) -> list[str]:
    return [id for id in ids if yard.read(id).state.kind == "RUNNING"]


def test_limits_of_every_kind_hold_together_and_what_may_run_passes_what_may_not(yard: Yard) -> None:
    yard.backend.call(p.POOL_CREATE, p.NewWorkPool(name="here", type="process", concurrency_limit=5))
    yard.backend.call(p.QUEUE_CREATE, p.NewWorkQueue(work_pool_name="here", name="slow", concurrency_limit=1))
    narrow = yard.deploy("waits", name="narrow", concurrency_limit=1)
    slow = yard.deploy("waits", name="slow", work_queue_name="slow")
    wide = yard.deploy("waits", name="wide")
    go = yard.folder / "go"

    def ask(deployment: str, many: int) -> list[str]:
        return [yard.ask(deployment, mark=str(yard.folder / "mark"), go=str(go)) for _ in range(many)]

    runs = {"narrow": ask(narrow, 3), "slow": ask(slow, 3), "wide": ask(wide, 3)}
    yard.worker()
    yard.wait_for(lambda: sum(len(under_way(yard, ids)) for ids in runs.values()) == 5, "as many as may run")
    assert {name: len(under_way(yard, ids)) for name, ids in runs.items()} == {"narrow": 1, "slow": 1, "wide": 3}
    waits = next(id for id in runs["narrow"] if yard.read(id).state.kind == "SCHEDULED")
    told = yard.segue("flow-run", "why", waits).stdout
    assert "a slot of deployment waits/narrow (1 of 1 taken)" in told
    assert "a slot of work pool here (5 of 5 taken)" in told
    go.touch()
    for id in (id for ids in runs.values() for id in ids):
        assert isinstance(yard.until_over(id).state, Completed)
    _never_more(yard, runs["narrow"], 1)
    _never_more(yard, runs["slow"], 1)
    _never_more(yard, [id for ids in runs.values() for id in ids], 5)


def _never_more(yard: Yard, ids: list[str], limit: int) -> None:
    """Look at the record: at no time did more of these runs hold a slot than there are."""
    changes = []
    for id in ids:
        states = [row.state for row in yard.backend.call(op.FLOW_RUN_HISTORY, ById(id)).items]
        begun = next(state.timestamp for state in states if state.kind == "PENDING")
        changes += [(begun, 1), (states[-1].timestamp, -1)]
    held = 0
    for _, change in sorted(changes):
        held += change
        assert held <= limit


def test_a_worker_has_no_more_runs_than_its_limit(yard: Yard, tmp_path: Path) -> None:
    worker = yard.worker("--limit", "2")
    deployment = yard.until_deployed("waits")
    go = tmp_path / "go"
    ids = [yard.ask(deployment, mark=str(tmp_path / "mark"), go=str(go)) for _ in range(5)]
    yard.wait_for(lambda: len(under_way(yard, ids)) == 2, "two to be under way")
    assert "with room (ann runs 2 of 2)" in yard.segue("flow-run", "why", ids[4]).stdout
    go.touch()
    for id in ids:
        yard.until_over(id)
    yard.stop(worker)
    assert sum(isinstance(yard.read(id).state, Completed) for id in ids) == 5


def test_a_worker_of_one_queue_leaves_the_others_to_others(yard: Yard) -> None:
    yard.backend.call(p.POOL_CREATE, p.NewWorkPool(name="here", type="process"))
    for name in ("urgent", "slow"):
        yard.backend.call(p.QUEUE_CREATE, p.NewWorkQueue(work_pool_name="here", name=name))
    runs = {name: yard.ask(yard.deploy("hello", name=name, work_queue_name=name)) for name in ("urgent", "slow")}
    worker = yard.worker("--queue", "urgent", "--queue", "default")
    assert isinstance(yard.until_over(runs["urgent"]).state, Completed)
    told = yard.segue("flow-run", "why", runs["slow"]).stdout
    assert "a worker of work queue here/slow: those that are there take runs of other queues alone (ann)" in told
    yard.stop(worker)
    assert yard.read(runs["slow"]).state.kind == "SCHEDULED"
    yard.worker("-q", "slow", "--run-once").wait(60)
    assert isinstance(yard.read(runs["slow"]).state, Completed)


def test_a_killed_holder_leaves_no_slot_behind(yard: Yard, elder: ServerProcess) -> None:
    # Before that, it may find nobody dead.
    yard.url = elder.url
    worker = yard.worker()
    deployment = yard.until_deployed("waits", concurrency_limit=1)
    marks, go = [yard.folder / f"mark-{n}" for n in range(2)], yard.folder / "go"
    first, second = (yard.ask(deployment, mark=str(mark), go=str(go)) for mark in marks)
    yard.wait_for(lambda: marks[0].exists() and bool(marks[0].read_text()), "the first to be under way")
    assert yard.read(second).state.kind == "SCHEDULED"
    # Nobody is left who could tell: neither the run's process nor its worker.
    worker.kill()
    worker.wait()
    os.kill(int(marks[0].read_text()), signal.SIGKILL)
    yard.wait_for(lambda: yard.read(first).state.final, "the server to find out")
    assert isinstance(yard.read(first).state, Crashed)
    assert yard.backend.call(op.LEASE_LIST, Nothing()).items == []
    go.touch()
    yard.worker()
    assert isinstance(yard.until_over(second).state, Completed)
