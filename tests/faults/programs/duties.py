"""Flows that workers run while everything around them is killed: each writes down when it is at work, and who else is.

A lock on a file of the run's own is held while the run is at work, and goes with the process: who does not get it is beside another
process of the same run. Files of a gate work the same way: who finds all of them taken is one more than the limit allows.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segue import flow, task
from segue.concurrency.sync import concurrency
from segue.runtime import flow_run

FOLDER = Path(os.environ["HAVOC"])
#: Slots of each gate; the limits of the same names have as many.
GATES = {"gate": 2, "narrow": 1, "limited": 2}


def tell(word: str) -> None:
    """Write a line that no kill takes back."""
    # A number alone does not name a process: workers that are apart have numbers of their own.
    me = f"{os.getpid()}@{Path('/proc/self/ns/pid').stat().st_ino}"
    line = f"{word} {flow_run.id} {flow_run.run_count} {me}\n".encode()
    file = os.open(FOLDER / "ledger", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, line)
    os.close(file)


@contextmanager
def locked(names: list[str], otherwise: str) -> Iterator[None]:
    """Hold one of these locks within the block; tell of it when none is free."""
    file = -1
    for name in names:
        file = os.open(FOLDER / name, os.O_WRONLY | os.O_CREAT)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            os.close(file)
            file = -1
    if file < 0:
        tell(otherwise)
    try:
        yield
    finally:
        if file >= 0:
            os.close(file)


@contextmanager
def at_work() -> Iterator[None]:
    """Write down the begin and the end of a run's work, and that nobody else is at it."""
    with locked([f"run-{flow_run.id}"], "twice"):
        tell("begin")
        yield
        tell("end")


def within(gate: str) -> None:
    """Be within a gate for a moment."""
    with locked([f"{gate}-{number}" for number in range(GATES[gate])], f"crowd-{gate}"):
        time.sleep(0.3)


@task
def step(number: int) -> int:
    time.sleep(0.06)
    return number


@task(tags=["narrow"])
def narrow() -> None:
    within("narrow")


@flow
def plain() -> int:
    with at_work():
        return sum(step(number) for number in range(8))


@flow
def gated() -> None:
    with at_work(), concurrency("gate"):
        within("gate")
        step(1)


@flow
def tagged() -> None:
    with at_work():
        narrow()
        step(1)


@flow
def limited() -> None:
    """Its deployment lets only so many run."""
    with at_work(), locked([f"limited-{number}" for number in range(GATES["limited"])], "crowd-limited"):
        step(1)
        step(2)


@flow(retries=2, retry_delay_seconds=0.1)
def retried() -> None:
    with at_work():
        step(1)
        if flow_run.run_count == 1:
            raise RuntimeError("the first time it fails")


@flow
def long() -> None:
    """Goes on until it is let go."""
    with at_work():
        while not (FOLDER / "go").exists():
            time.sleep(0.05)
