"""Tasks that persist their results and take part in transactions, through the engine."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from segue import flow, get_client, task
from segue.cache_policies import INPUTS, NO_CACHE, TASK_SOURCE
from segue.engine.lives import TaskLife, current_task
from segue.engine.session import forget, reading
from segue.host import config
from segue.locking.memory import MemoryLockManager
from segue.model.runs import TaskRun
from segue.states import State
from segue.task_keeper import open_keeper
from segue.transactions import BaseTransaction, IsolationLevel, get_transaction, transaction
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunQuery


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for results that does not exist yet."""
    return tmp_path / "results"


def recorded() -> list[TaskRun]:
    """Every task run, oldest first."""
    return reading().call(TASK_RUN_LIST, RunQuery(sort="created")).items


def names(states: list[State]) -> list[str]:
    return [state.name for state in states]


def test_a_plain_task_opens_no_transaction() -> None:
    opened: list[object] = []

    @task
    def plain() -> None:
        life = current_task.get()
        assert isinstance(life, TaskLife)
        opened.append(open_keeper(plain, life))

    @flow
    def pipeline() -> None:
        plain()

    pipeline()
    assert opened == [None]


def test_the_record_says_how_the_key_came_about(folder: Path) -> None:
    @task(cache_policy=INPUTS + TASK_SOURCE, result_storage=folder)
    def work(x: int, lock: object = None) -> int:
        return x

    @flow
    def twice() -> list[str]:
        return names(
            [work(1, return_state=True), work(1, return_state=True), work(2, threading.Lock(), return_state=True)]
        )

    assert twice() == ["Completed", "Cached", "Completed"]
    first, second, unhashable = (run.cache for run in recorded())
    assert first is not None
    assert second is not None
    assert unhashable is not None
    assert (first.key, first.hit, second.hit) == (second.key, False, True)
    assert first.policy == "TASK_SOURCE + INPUTS"
    assert set(first.parts) == {"task source", "inputs"}
    assert [entry.name for entry in first.inputs] == ["x", "lock"]
    assert unhashable.key is None
    assert unhashable.inputs[1].reason == "Unable to create hash - cannot pickle '_thread.lock' object"
    assert [path.name for path in folder.iterdir()] == [first.key]


def test_expired_and_refreshed_results_are_made_again(folder: Path) -> None:
    calls: list[str] = []

    @task(cache_policy=INPUTS, cache_expiration=timedelta(microseconds=1), result_storage=folder / "a")
    def fleeting(x: int) -> int:
        calls.append("fleeting")
        return x

    @task(cache_policy=INPUTS, cache_expiration=timedelta(days=1), result_storage=folder / "b")
    def lasting(x: int) -> int:
        calls.append("lasting")
        return len(calls)

    @flow
    def both() -> list[int]:
        return [fleeting(1), lasting(1)]

    first = both()
    assert both()[1] == first[1] == 2
    assert calls == ["fleeting", "lasting", "fleeting"]
    assert flow(name="again")(lambda: lasting.with_options(refresh_cache=True)(1))() == 4
    assert flow(name="then")(lambda: lasting(1))() == 4


def test_a_value_that_cannot_be_written_costs_the_reuse_not_the_run(folder: Path) -> None:
    told: list[str] = []

    @task(persist_result=True, result_serializer="json", result_storage=folder, cache_policy=INPUTS)
    def unwritable(x: int) -> object:
        return object()

    unwritable.on_rollback(lambda txn: told.append("undone"))

    @flow
    def pipeline() -> str:
        state = unwritable(1, return_state=True)
        return f"{state.type.value} {type(state.result()).__name__}"

    assert pipeline() == "COMPLETED object"
    assert told == ["undone"]
    assert not folder.exists()


def test_a_disk_that_cannot_be_written_costs_the_reuse_not_the_run(folder: Path) -> None:
    folder.mkdir()
    (folder / "file").write_text("in the way")

    @task(persist_result=True, result_storage=folder / "file" / "folder", cache_policy=INPUTS)
    def work(x: int) -> int:
        return x

    assert flow(name="pipeline")(lambda: work(1) + 1)() == 2


def test_a_result_that_cannot_be_loaded_costs_the_reuse_not_the_run(folder: Path) -> None:
    @task(cache_key_fn=lambda context, parameters: "key", result_storage=folder)
    def work() -> int:
        return 1

    @flow
    def pipeline() -> str:
        return str(work(return_state=True).name)

    assert pipeline() == "Completed"
    file = json.loads((folder / "key").read_text())
    file["result"] = "gASVFQAAAAAAAACMBm5vc3VjaJSMBVRoaW5nlJOULg=="  # a reference to nosuch.Thing
    (folder / "key").write_text(json.dumps(file))
    assert [pipeline(), pipeline()] == ["Completed", "Cached"]


def test_a_key_that_leads_outside_costs_the_reuse_not_the_run(folder: Path) -> None:
    @task(cache_key_fn=lambda context, parameters: "../../outside", result_storage=folder)
    def work() -> int:
        return 1

    @flow
    def pipeline() -> int:
        return work()

    assert pipeline() == 1
    assert not folder.exists()


def test_a_rollback_is_the_last_word_on_a_task_and_nothing_is_reused(folder: Path) -> None:
    told: list[str] = []

    @task(cache_policy=INPUTS, result_storage=folder)
    def load(x: int) -> int:
        return x

    @load.on_rollback
    def undo(txn: BaseTransaction) -> None:
        told.append(f"undo {txn.get('path')}")

    load.on_commit(lambda txn: told.append("keep"))

    @flow
    def pipeline(fail: bool) -> str:
        with transaction() as txn:
            txn.set("path", "a.txt")
            state = load(1, return_state=True)
            if fail:
                raise ValueError("later")
        return state.name

    assert pipeline(fail=True, return_state=True).is_failed()
    assert told == ["undo a.txt"]
    assert not folder.exists()
    (run,) = recorded()
    assert (run.state.kind, run.state.name) == ("COMPLETED", "RolledBack")
    assert [pipeline(fail=False), pipeline(fail=False)] == ["Completed", "Cached"]
    assert told == ["undo a.txt", "keep"]


def test_only_the_last_failure_of_a_task_rolls_back() -> None:
    told: list[str] = []
    attempts: list[int] = []

    @task
    def good() -> None:
        pass

    good.on_rollback(lambda txn: told.append("undo"))
    good.on_commit(lambda txn: told.append("keep"))

    @task(retries=2)
    def flaky() -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("again")

    @flow
    def pipeline() -> str:
        with transaction() as txn:
            good()
            flaky()
        return txn.state.name

    assert (pipeline(), told) == ("COMMITTED", ["keep"])


def test_a_task_may_ask_for_its_transaction_and_tasks_inside_belong_to_it() -> None:
    told: list[str] = []

    @task
    def inner() -> str:
        return str(get_transaction().get("word"))  # type: ignore[union-attr]

    inner.on_commit(lambda txn: told.append("keep inner"))
    inner.on_rollback(lambda txn: told.append("undo inner"))

    @task
    def outer(fail: bool, ask: bool) -> str:
        if ask:
            get_transaction().set("word", "from outer")  # type: ignore[union-attr]
        word = inner() if ask else inner(return_state=True).name
        told.append("body over")
        if fail:
            raise ValueError("outer fails")
        return word

    @flow
    def pipeline(fail: bool, ask: bool) -> str:
        return outer(fail, ask)

    assert pipeline(fail=False, ask=True) == "from outer"
    assert told == ["body over", "keep inner"]
    told.clear()
    assert pipeline(fail=True, ask=True, return_state=True).is_failed()
    assert told == ["body over", "undo inner"]
    assert get_transaction() is None


def test_tasks_of_a_subflow_belong_to_the_transaction_around_it() -> None:
    told: list[str] = []

    @task
    def step() -> None:
        pass

    step.on_commit(lambda txn: told.append("keep"))
    step.on_rollback(lambda txn: told.append("undo"))

    @flow
    def child() -> None:
        step()
        told.append("child over")

    @flow
    def parent(fail: bool) -> None:
        with transaction():
            child()
            if fail:
                raise ValueError("parent fails")

    parent(fail=False)
    assert told == ["child over", "keep"]
    told.clear()
    assert parent(fail=True, return_state=True).is_failed()
    assert told == ["child over", "undo"]


def test_async_tasks_take_async_hooks() -> None:
    told: list[str] = []

    @task
    async def write(name: str) -> str:
        return name

    @write.on_commit
    async def keep(txn: BaseTransaction) -> None:
        await asyncio.sleep(0)
        told.append(f"keep {type(txn).__name__.removeprefix('_Kept')}")

    @flow
    async def pipeline() -> str:
        with transaction():
            name = await write("a")
            told.append("body over")
        return name

    assert asyncio.run(pipeline()) == "a"
    assert told == ["body over", "keep AsyncTransaction"]


def test_two_runs_of_one_key_at_once_run_the_body_once(folder: Path) -> None:
    calls: list[int] = []
    policy = INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE, lock_manager=MemoryLockManager())

    @task(cache_policy=policy, result_storage=folder)
    def work(x: int) -> int:
        calls.append(x)
        return x

    @flow
    def pipeline() -> list[str]:
        futures = [work.submit(1) for _ in range(5)]
        for future in futures:
            future.wait()
        return sorted(future.state.name for future in futures)

    assert pipeline() == ["Cached"] * 4 + ["Completed"]
    assert calls == [1]


def test_no_cache_keeps_nothing(folder: Path) -> None:
    @task(persist_result=True, cache_policy=NO_CACHE, result_storage=folder)
    def secret() -> str:
        return "never on disk"

    @flow
    def pipeline() -> str:
        return secret()

    assert pipeline() == "never on disk"
    assert not folder.exists()


def test_a_result_is_read_back_by_another_process(folder: Path) -> None:
    @task(persist_result=True, result_storage=folder, result_storage_key="{flow_run.flow_name}/{parameters[x]}")
    def work(x: int) -> dict[str, int]:
        return {"x": x}

    flow(name="named")(lambda: work(3))()
    file = json.loads((folder / "named" / "3").read_text())
    assert file["metadata"]["storage_key"] == str(folder / "named" / "3")
    with get_client(sync_client=True) as client:
        run = client.read_task_runs()[0]
    read = f"""
from segue import get_client
with get_client(sync_client=True) as client:
    print(client.read_task_run("{run.id}").state.result())
"""
    done = subprocess.run([sys.executable, "-c", read], check=True, capture_output=True, text=True)
    assert done.stdout == "{'x': 3}\n"


KILLED = """
import os, sys
from pathlib import Path
from segue.filesystems import LocalFileSystem
from segue.results import ResultStore
store = ResultStore(result_storage=LocalFileSystem(basepath=sys.argv[1]))
number = 0
while True:
    store.write("x" * (number % 50_000), key=f"key-{number % 3}")
    os.write(1, b".")
    number += 1
"""


@pytest.mark.parametrize("writes", [1, 7, 30, 55])
def test_a_writer_killed_at_any_moment_leaves_whole_files(folder: Path, writes: int) -> None:
    from segue.filesystems import LocalFileSystem
    from segue.results import ResultStore

    with subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.read(writes) == b"." * writes
        os.kill(writer.pid, signal.SIGKILL)
    store = ResultStore(result_storage=LocalFileSystem(basepath=folder))
    found = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
    assert len(found) == min(writes, 3) or len(found) == min(writes + 1, 3)
    for key in found:
        assert set(store.read(key).result) <= {"x"}
