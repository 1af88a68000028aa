"""A worker on a real server: runs are started, stopped and seen to their true end, also when somebody is killed."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from segue.model.states import Cancelled, Cancelling, Completed, Crashed, Failed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.requests import ById, Proposal
from segue.wire.workers import WORKER_READ, WorkerRef
from tests.conformance.making import state
from tests.e2e.cli.desk import SEGUE
from tests.e2e.worker.conftest import Yard
from tests.serving_process import ServerProcess


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def listening(pid: int) -> list[str]:
    """Return the sockets at which a process, or one that it started, waits to be called."""
    inodes: set[str] = set()
    family = [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for each in family:
        for name in Path(f"/proc/{each}/fd").iterdir():
            try:
                inodes.add(str(name.readlink()))
            except OSError:
                continue
    found: list[str] = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.append(fields[1])
    return found


def logs(yard: Yard, id: str) -> str:
    where = queries.LogQuery(flow_run_ids=[id])
    return "\n".join(each.message for each in yard.backend.call(op.LOG_LIST, where).items)


def test_a_run_is_claimed_started_and_seen_to_its_end(yard: Yard) -> None:
    worker = yard.worker()
    yard.wait_for(lambda: any(pool["name"] == "here" for pool in _pools(yard)), "the pool")
    deployment = yard.deploy("hello", job_variables={"env": {"GREETING": "from the deployment"}})
    assert listening(worker.pid) == []
    over = yard.until_over(yard.ask(deployment, n=4))
    assert isinstance(over.state, Completed)
    assert f"hello 4 from {yard.folder}, key from the deployment" in logs(yard, over.id)
    history = [row.state for row in yard.backend.call(op.FLOW_RUN_HISTORY, ById(over.id)).items]
    assert [each.kind for each in history] == ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED"]
    assert history[1].actor is not None
    assert (history[1].actor.kind, history[1].actor.name) == ("worker", "ann")
    left = yard.until_over(yard.ask(yard.deploy("leaves"), code=3))
    assert isinstance(left.state, Crashed)
    assert left.state.message == "Its process ended with exit code 3."
    gone = yard.until_over(yard.ask(yard.deploy("hello", name="gone", entrypoint="flows.py:nobody")))
    assert isinstance(gone.state, Failed)
    assert "no flow 'nobody'" in (gone.state.message or "")
    step = {"segue.deployments.steps.set_working_directory": {"directory": str(yard.folder)}}
    there = yard.until_over(yard.ask(yard.deploy("hello", name="steps", path=None, pull_steps=[step])))
    assert isinstance(there.state, Completed)
    strange = yard.until_over(yard.ask(yard.deploy("hello", name="strange", pull_steps=[{"fetch_by_magic": {}}])))
    assert isinstance(strange.state, Failed)
    assert "The step 'fetch_by_magic' cannot be done here" in (strange.state.message or "")
    assert [each["name"] for each in yard.items("worker", "ls", "--state", "online")] == ["ann"]
    yard.stop(worker)
    assert yard.items("worker", "ls", "--state", "online") == []


def _pools(yard: Yard) -> list[dict[str, object]]:
    from segue.wire.pools import POOL_LIST, WorkPoolQuery

    return [{"name": pool.name} for pool in yard.backend.call(POOL_LIST, WorkPoolQuery()).items]


@pytest.mark.parametrize(("flow", "many"), [("stubborn", 3), ("polite", 2)])
def test_cancelled_is_said_when_nothing_of_it_runs_any_more(yard: Yard, flow: str, many: int) -> None:
    yard.worker()
    yard.wait_for(lambda: bool(_pools(yard)), "the pool")
    mark = yard.folder / "mark"
    id = yard.ask(yard.deploy(flow), mark=str(mark))
    yard.wait_for(lambda: mark.exists() and len(mark.read_text().split()) == many, "the run to be under way")
    pids = [int(pid) for pid in mark.read_text().split()]
    assert all(alive(pid) for pid in pids)
    yard.backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=id, state=state(Cancelling, message="enough")))
    while not yard.read(id).state.final:
        living = [pid for pid in pids if alive(pid)]
    over = yard.read(id).state
    assert isinstance(over, Cancelled)
    assert over.message == "enough"
    # A run that stops by itself says so itself, and has only to end then.
    rest = pids if flow == "stubborn" else pids[1:]
    assert not [pid for pid in rest if alive(pid)], living
    yard.wait_for(lambda: not any(alive(pid) for pid in pids), "its process to end")


def test_a_worker_begins_without_its_server_and_ends_what_runs_before_it_ends(
    yard: Yard, server: ServerProcess
) -> None:
    first = yard.worker()
    yard.wait_for(lambda: bool(_pools(yard)), "the pool")
    yard.stop(first)
    deployment = yard.deploy("waits")
    server.kill()
    worker = yard.worker()
    assert worker.stderr is not None
    assert "Trying again" in worker.stderr.readline()
    server.start()
    mark, go = yard.folder / "mark", yard.folder / "go"
    id = yard.ask(deployment, mark=str(mark), go=str(go))
    yard.wait_for(mark.exists, "the run to be under way")
    worker.send_signal(signal.SIGTERM)
    yard.wait_for(lambda: yard.backend.call(WORKER_READ, WorkerRef("here", "ann")).status == "OFFLINE", "it to leave")
    waiting = yard.ask(deployment, mark=str(mark), go=str(go))
    go.touch()
    _, said = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert isinstance(yard.read(id).state, Completed)
    assert yard.read(waiting).state.kind == "SCHEDULED"
    assert "waiting for 1 run(s) under way" in said
    assert "Trying again" not in said
    assert "Traceback" not in said


def test_a_run_outlives_its_worker_and_the_next_one_finds_it(yard: Yard) -> None:
    worker = yard.worker()
    yard.wait_for(lambda: bool(_pools(yard)), "the pool")
    deployment = yard.deploy("waits")
    mark, go = yard.folder / "mark", yard.folder / "go"
    on, killed = (yard.ask(deployment, mark=f"{mark}-{n}", go=str(go)) for n in range(2))
    marks = [Path(f"{mark}-{n}") for n in range(2)]
    yard.wait_for(lambda: all(each.exists() and each.read_text() for each in marks), "both to be under way")
    worker.kill()
    worker.wait()
    os.kill(int(marks[1].read_text()), signal.SIGKILL)
    assert yard.read(on).state.kind == "RUNNING"
    yard.worker()
    lost = yard.until_over(killed)
    assert isinstance(lost.state, Crashed)
    go.touch()
    assert isinstance(yard.until_over(on).state, Completed)
    assert [len(each.read_text().split()) for each in marks] == [1, 1]


LOADED = """
    import os
    from segue import flow

    with open(MARK, "a") as file:
        file.write(f"{os.getpid()} {os.getppid()}\\n")

    @flow
    def loaded() -> None:
        pass
"""


def _prepared(worker: int) -> int:
    """Return the process of a worker that is forked for each run."""
    (found,) = (
        int(child)
        for child in Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
        if b"segue.prepared" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each run is a new interpreter")
def test_what_is_forked_has_one_thread_and_nothing_open_and_loads_code_anew(yard: Yard) -> None:
    mark = yard.folder / "mark"
    yard.write("loaded.py", LOADED.replace("MARK", repr(str(mark))))
    worker = yard.worker()
    deployment = yard.until_deployed("loaded", entrypoint="loaded.py:loaded")
    for _ in range(2):
        assert isinstance(yard.until_over(yard.ask(deployment)).state, Completed)
    prepared = _prepared(worker.pid)
    runs = [line.split() for line in mark.read_text().splitlines()]
    # Each run has loaded its code by itself, in a process that was forked here.
    assert (len({pid for pid, _ in runs}), {parent for _, parent in runs}) == (2, {str(prepared)})
    assert [each.name for each in Path(f"/proc/{prepared}/task").iterdir()] == [str(prepared)]
    opened = [str(each.readlink()) for each in Path(f"/proc/{prepared}/fd").iterdir()]
    kinds = {each.partition(":[")[0] for each in opened}
    # Neither a socket, nor the file of a database, nor what an event loop waits at.
    assert kinds <= {"pipe", "/dev/null"}, opened
    yard.stop(worker)


LOADING = """
    import os, time
    from segue import flow

    with open(MARK, "a") as file:
        file.write("loaded\\n")
    while not os.path.exists(GO):
        time.sleep(0.02)

    @flow
    def late() -> None:
        pass
"""


def test_a_run_whose_process_cannot_reach_the_server_before_it_begins_waits_for_another(
    yard: Yard, server: ServerProcess
) -> None:
    mark, go = yard.folder / "mark", yard.folder / "go"
    yard.write("loading.py", LOADING.replace("MARK", repr(str(mark))).replace("GO", repr(str(go))))
    worker = yard.worker()
    impatient = {"env": {"SEGUE_CLIENT_MAX_RETRIES": "1"}}
    id = yard.ask(yard.until_deployed("late", entrypoint="loading.py:late", job_variables=impatient))
    yard.wait_for(mark.exists, "its code to be loaded")
    server.kill()
    go.touch()
    assert worker.stderr is not None
    said = iter(worker.stderr.readline, "")
    assert any("ended with exit code 69" in line for line in said)
    server.start()
    assert isinstance(yard.until_over(id).state, Completed)
    states = [row.state for row in yard.backend.call(op.FLOW_RUN_HISTORY, ById(id)).items]
    assert [each.kind for each in states] == [
        "SCHEDULED", "PENDING", "SCHEDULED", "PENDING", "RUNNING", "COMPLETED",
    ]  # fmt: skip
    assert states[2].message == "The server was away when its process would have begun it; it waits for another."
    assert mark.read_text().count("loaded") == 2


NIGHT_WATCH = """
    name: night watch
    trigger:
      type: event
      expect: [segue.worker.offline]
      match: {"segue.resource.name": ann}
    actions:
      - type: run-deployment
        source: selected
        deployment_id: %s
        parameters: {n: 7}
    """


def test_a_worker_that_is_killed_is_missed_and_what_is_to_be_done_then_is_done_once(yard: Yard) -> None:
    yard.more = {"SEGUE_WORKER_HEARTBEAT_SECONDS": "0.5"}
    ann = yard.worker()
    rescue = yard.until_deployed("hello", name="rescue")
    yard.write("watch.yaml", NIGHT_WATCH % rescue)
    made = yard.segue("automation", "create", "-f", "watch.yaml")
    assert made.returncode == 0, made.stderr
    ann.kill()
    runs = queries.RunQuery(where=queries.RunFilter(deployment_ids=[rescue]))
    yard.wait_for(lambda: bool(yard.backend.call(op.FLOW_RUN_LIST, runs).items), "the rescue")
    yard.start(SEGUE, "worker", "start", "--pool", "here", "--name", "bob")
    (asked,) = yard.backend.call(op.FLOW_RUN_LIST, runs).items
    over = yard.until_over(asked.id)
    assert (over.parameters, over.state.kind) == ({"n": 7}, "COMPLETED")
    assert "It last fired at" in yard.segue("automation", "explain", "night watch").stdout
    # Gone is gone: it is told of once, however often is looked.
    (gone,) = yard.items("event", "ls", "--name", "segue.worker.offline")
    assert "ann" in str(gone)
    assert len(yard.backend.call(op.FLOW_RUN_LIST, runs).items) == 1
