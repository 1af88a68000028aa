"""Programs of users as real processes, and looks at what they left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from segue.client import get_client
from segue.client.schemas.objects import FlowRun, TaskRun
from segue.client.schemas.sorting import FlowRunSort, TaskRunSort
from segue.engine.session import forget

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
#: Longer than anything here takes, shorter than the patience of who waits for the suite.
SECONDS = 60


_started: list[subprocess.Popen[str]] = []


class Done(NamedTuple):
    """How a process ended and what it said."""

    code: int
    out: str
    err: str


def start(program: str, *arguments: str, stdin: int = subprocess.DEVNULL, **environment: str) -> subprocess.Popen[str]:
    """Start a program of this folder; the home is that of the test."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAMS / f"{program}.py"), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _started.append(process)
    return process


def leave() -> None:
    """End what a test that failed has left under way: it would take time from all that follow."""
    for process in _started:
        if process.poll() is None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
    _started.clear()


def finish(process: subprocess.Popen[str]) -> Done:
    """Wait for a process to end by itself."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {SECONDS} s; it said:\n{out}\n{err}") from None
    return Done(process.returncode, out, err)


def run(program: str, *arguments: str, **environment: str) -> Done:
    """Run a program to its end."""
    return finish(start(program, *arguments, stdin=subprocess.DEVNULL, **environment))


def line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints: it has come so far."""
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise AssertionError(f"it ended instead:\n{finish(process).err}")
    return said.rstrip("\n")


def flow_runs() -> list[FlowRun]:
    """Look as another command does: its own connection, and runs of dead processes closed first; oldest first."""
    forget()
    return get_client(sync_client=True).read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_ASC)


def flow_run() -> FlowRun:
    """Look at the one top-level run there is."""
    (only,) = top_level_runs()
    return only


def top_level_runs() -> list[FlowRun]:
    """Look at the runs that are no subflows, oldest first."""
    return [each for each in flow_runs() if each.parent_task_run_id is None]


def task_runs() -> list[TaskRun]:
    """Return all task runs, oldest first."""
    return list(reversed(get_client(sync_client=True).read_task_runs(sort=TaskRunSort.EXPECTED_START_TIME_DESC)))


def alive(pid: int) -> bool:
    """Say whether a process runs: a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    pause = threading.Event()
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, f"it did not come about within {SECONDS} s"
        pause.wait(0.05)
