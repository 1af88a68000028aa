"""Runs each measurement as a child process with a home of its own, and takes its time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench.load import QUIET, Watch

T = TypeVar("T")
PROGRAMS = Path(__file__).parent / "programs"


class Failed(Exception):
    """A program that was to be measured did not end well."""


@dataclass(frozen=True)
class Done:
    """A child process that ended well."""

    #: Seconds of CPU, user and system, its own children included.
    cpu: float
    wall: float
    #: What it said of itself: its last line, as JSON.
    said: dict[str, Any]


@dataclass(frozen=True)
class Quietest:
    """A measurement, and how many cores others used meanwhile (None: cannot be known here)."""

    value: Any
    foreign: float | None


@dataclass
class Bench:
    """What all measurements share."""

    quick: bool
    #: How often a disturbed measurement is tried again.
    retries: int
    folder: Path
    #: Processes that serve the measured ones but are no children of ours.
    services: list[int] = field(default_factory=list)

    def quietly(self, measure: Callable[[], T]) -> Quietest:
        """Measure until nobody disturbs it, or as often as allowed; the quietest counts."""
        found: list[Quietest] = []
        for _ in range(self.retries + 1):
            with Watch(self.services) as watch:
                value = measure()
            found.append(Quietest(value, watch.foreign))
            if watch.foreign is None or watch.foreign <= QUIET:
                break
        return min(found, key=lambda each: each.foreign or 0.0)

    def median(self, measure: Callable[[], float], times: int) -> Quietest:
        """The median of several measurements, and the most that others used during one of them."""
        found = [self.quietly(measure) for _ in range(times)]
        known = [each.foreign for each in found if each.foreign is not None]
        return Quietest(statistics.median(each.value for each in found), max(known) if known else None)

    @contextmanager
    def home(self) -> Iterator[Path]:
        """Give an empty folder, and remove it afterwards."""
        path = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def environment(**more: str) -> dict[str, str]:
    """Return what a child needs of our environment and nothing that could change what it does."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {**kept, **more}


def run(command: Sequence[str | Path], env: dict[str, str], cwd: Path, *, seconds: float = 900.0) -> Done:
    """Run a command to its end and take its time; raises Failed with the last lines it wrote."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command], env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        cpu = _wait(child, seconds)
        wall = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        text, problem = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if child.returncode != 0:
        tail = " │ ".join(line for line in problem.splitlines()[-3:] if line.strip())
        name = next((Path(part).name for part in command if str(part).endswith(".py")), str(command[-1]))
        raise Failed(f"{name} ended with {child.returncode}: {tail[-300:]}")
    last = text.rstrip().rpartition("\n")[2]
    return Done(cpu, wall, json.loads(last) if last.startswith("{") else {})


def _wait(child: subprocess.Popen[bytes], seconds: float) -> float:
    if not hasattr(os, "wait4"):
        child.wait(seconds)
        return float("nan")
    # A timer, because wait4 knows no deadline.
    watchdog = threading.Timer(seconds, os.kill, (child.pid, signal.SIGKILL))
    watchdog.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
    finally:
        watchdog.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime
