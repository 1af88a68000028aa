"""Flows that go on for ever, to be killed at any moment: `turmoil.py ROLE SEED [FLOW_RUN_ID]`.

What they do to the world stands in a ledger outside Segue, a line each, written before anything else can happen:

    did RUN STEP       a step of a durable run had its effect
    kept RUN STEP      that step had returned: from here on it may not be done again
    ended RUN STATE    a run had returned, with a state that is therefore on disk
    set NAME NUMBER    a variable was written and acknowledged
    breach WHAT        something was seen that must never be seen

With `DIE_AFTER=N` the process kills itself when the N-th function of Segue (of the folder `DIE_IN`, if named) is called, in
whichever thread; with `COUNT=FILE` it writes there how many calls one round takes.
"""

import fcntl
import itertools
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

DIE_AFTER = int(os.environ.get("DIE_AFTER", "0"))
DIE_IN = f"{os.sep}segue{os.sep}{os.environ.get('DIE_IN', '')}"
COUNT = os.environ.get("COUNT")
_calls = itertools.count(1)
_ours: dict[CodeType, bool] = {}


def watch_calls(frame: FrameType, event: str, _arg: object) -> None:
    if event != "call":
        return
    code = frame.f_code
    ours = _ours.get(code)
    if ours is None:
        ours = _ours[code] = DIE_IN in code.co_filename
    if ours and next(_calls) == DIE_AFTER:
        os.kill(os.getpid(), signal.SIGKILL)


if DIE_AFTER or COUNT:
    threading.setprofile(watch_calls)
    sys.setprofile(watch_calls)

from segue import flow, get_run_logger, task  # noqa: E402 - a process may die while it imports
from segue.artifacts import create_markdown_artifact  # noqa: E402
from segue.cache_policies import INPUTS  # noqa: E402
from segue.client import get_client  # noqa: E402
from segue.concurrency.sync import concurrency  # noqa: E402
from segue.flows import rerun  # noqa: E402
from segue.runtime import flow_run  # noqa: E402
from segue.states import State  # noqa: E402
from segue.transactions import Transaction, transaction  # noqa: E402
from segue.variables import Variable  # noqa: E402

FOLDER = Path(os.environ["LEDGER"])
LEDGER = os.open(FOLDER / "ledger", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
#: Slots of the limit `doors`; the tag `narrow` has one.
DOORS = 2
STEPS = 6


def note(*words: object) -> None:
    os.write(LEDGER, (" ".join(str(word) for word in words) + "\n").encode())


@contextmanager
def inside(name: str, places: int = 1) -> Iterator[None]:
    """Be one of at most so many in a place; the kernel lets go of a place the moment its process is dead."""
    files = [os.open(FOLDER / f"{name}.{number}.place", os.O_RDWR | os.O_CREAT) for number in range(places)]
    try:
        for file in files:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                continue
        else:
            note("breach", f"more than {places} at once in {name}")
        yield
    finally:
        for file in files:
            os.close(file)


@task
def add(one: int, two: int) -> int:
    return one + two


@task(persist_result=True, cache_policy=INPUTS)
def cached(number: int) -> list[int]:
    return [number] * 100


@task(tags=["narrow"])
def narrow(number: int) -> int:
    with inside("narrow"):
        return number


@task
def written(path: str) -> str:
    Path(path).write_text("half of it")
    return path


@written.on_rollback
def removed(txn: Transaction) -> None:
    Path(txn.get("path")).unlink(missing_ok=True)


@flow(name="below")
def below(number: int) -> int:
    get_run_logger().info("below %d", number)
    return add(number, 1) + sum(add.map([1, 2, 3], number).result())


@flow(name="plain")
def plain(seed: int) -> int:
    with inside(f"run-{flow_run.id}"):
        get_run_logger().info("plain %d", seed)
        futures = add.map(range(5), seed)
        total = below(seed) + add(1, 2)
        if cached(seed % 7) != [seed % 7] * 100:
            note("breach", f"the cache gave something else for {seed % 7}")
        create_markdown_artifact(f"# {seed}", key="turmoil")
        return total + sum(futures.result())


@flow(name="slots")
def slots(seed: int) -> int:
    with inside(f"run-{flow_run.id}"):
        with concurrency("doors"), inside("doors", DOORS):
            add(seed, 1)
        futures = narrow.map(range(3))
        with concurrency(["doors", "gates"], occupy=1), inside("doors", DOORS):
            pass
        return sum(futures.result())


@flow(name="transactions")
def transactions(seed: int) -> int:
    with inside(f"run-{flow_run.id}"):
        path = FOLDER / f"file-{flow_run.id}"
        try:
            with transaction() as txn:
                txn.set("path", str(path))
                written(str(path))
                if seed % 2:
                    raise ValueError("roll back")
        except ValueError:
            if path.exists():
                note("breach", f"{path} was not rolled back")
        Variable.set(f"turmoil_{os.getpid()}", seed, overwrite=True)
        note("set", f"turmoil_{os.getpid()}", seed)
        return seed


@flow(name="failing", retries=1)
def failing(seed: int) -> int:
    with inside(f"run-{flow_run.id}"):
        add.submit(1, seed).wait()
        raise ValueError(seed)


@task
def step(run: str, name: str, total: int) -> int:
    note("did", run, name)
    return total * 3 + len(name)


def kept(run: str, name: str, total: int) -> int:
    value = step(run, name, total)
    note("kept", run, name)
    return value


@flow(name="durable-below")
def durable_below(run: str, total: int) -> int:
    for name in ("a", "bb"):
        total = kept(run, f"below-{name}", total)
    return total


@flow(name="durable", durable=True)
def durable(start: int) -> int:
    run = str(flow_run.id)
    with inside(f"run-{run}"):
        total = start
        for number in range(STEPS // 2):
            total = kept(run, f"step-{number}", total)
        total = durable_below(run, total)
        note("kept", run, "below")
        several = [step.submit(run, f"mapped-{number}", total) for number in range(3)]
        total += sum(future.result() for future in several)
        for number in range(STEPS // 2, STEPS):
            total = kept(run, f"step-{number}", total)
        return total


def durable_total(start: int) -> int:
    """What the durable flow comes to when nobody disturbs it."""

    def follow(total: int, names: list[str]) -> int:
        for name in names:
            total = total * 3 + len(name)
        return total

    total = follow(start, [f"step-{number}" for number in range(STEPS // 2)])
    total = follow(total, ["below-a", "below-bb"])
    total += sum(follow(total, [f"mapped-{number}"]) for number in range(3))
    return follow(total, [f"step-{number}" for number in range(STEPS // 2, STEPS)])


def ended(state: State[Any]) -> None:
    note("ended", state.state_details.flow_run_id, str(state.type.value))


def do_plain(seed: int) -> None:
    ended(plain(seed, return_state=True))


def do_slots(seed: int) -> None:
    ended(slots(seed, return_state=True))


def do_transactions(seed: int) -> None:
    ended(transactions(seed, return_state=True))


def do_failing(seed: int) -> None:
    ended(failing(seed, return_state=True))


def do_stray(seed: int) -> None:
    add(seed, 1)
    add(seed, 2)


def do_durable(seed: int) -> None:
    check_durable(durable(seed, return_state=True), seed)


def check_durable(state: State[Any], seed: int) -> None:
    if state.is_crashed() and "is gone" in str(state.message):
        # Taken for dead while it was stopped; whoever runs it again brings it to its end.
        return
    if not state.is_completed() or state.result() != durable_total(seed):
        note("breach", f"durable run {state.state_details.flow_run_id} ended as {state!r}".replace("\n", " "))
    ended(state)


def do_look(_seed: int) -> None:
    """Look as a command does, and so close what the dead have left."""
    from segue.engine.session import forget

    with get_client(sync_client=True) as client:
        client.read_flow_runs(limit=20)
        client.read_task_runs(limit=20)
    forget()


ROLES: dict[str, Callable[[int], None]] = {
    "plain": do_plain,
    "slots": do_slots,
    "transactions": do_transactions,
    "failing": do_failing,
    "stray": do_stray,
    "durable": do_durable,
    "look": do_look,
}


def main(role: str, seed: int, *again: str) -> None:
    chance = random.Random(seed)
    (FOLDER / f"{os.getpid()}.begun").touch()
    if again:
        (id,) = again
        parameters = get_client(sync_client=True).read_flow_run(id).parameters
        check_durable(rerun(durable, id, parameters), int(str(parameters["start"])))
        role = "durable"
    if COUNT:
        ROLES[role](0)
        Path(COUNT).write_text(str(next(_calls)))
        return
    while True:
        ROLES[role](chance.randrange(1000))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
