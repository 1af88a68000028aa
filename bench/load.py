"""What else the machine does while something is measured: CPU time that belongs to processes other than ours.

A figure taken while others keep the cores busy is a lower bound of speed, not a speed, and is marked as such.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Self

#: Cores used by others from which on a figure counts as disturbed.
QUIET = 0.3
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Watch:
    """Counts what processes other than ours used inside a `with` block; `.foreign` is in cores, None where it cannot be known."""

    def __init__(self, services: list[int]) -> None:
        self._services = services
        self.foreign: float | None = None

    def __enter__(self) -> Self:
        """Begin to count."""
        self._began, self._before = time.monotonic(), self._others()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop counting."""
        after = self._others()
        if self._before is not None and after is not None:
            # Both counters move in whole ticks, so very short spans may come out a little below nothing.
            self.foreign = max((after - self._before) / (time.monotonic() - self._began), 0.0)

    def _others(self) -> float | None:
        try:
            return (_busy() - _used({os.getpid(), *self._services})) / _TICKS
        except FileNotFoundError:
            return None


def _busy() -> int:
    """Ticks that all cores spent on anything but idling and waiting for disks."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, (_PROC / "stat").read_text().splitlines()[0].split()[1:9]
    )
    return user + nice + system + irq + softirq + steal


def _used(roots: set[int]) -> int:
    """Ticks used by these processes and all below them, those that have ended included."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(entry.name)
        parents[pid] = int(fields[1])
        # utime, stime, and those of children that were waited for.
        ticks[pid] = sum(map(int, fields[11:15]))
    return sum(used for pid, used in ticks.items() if _descends(pid, roots, parents))


def family(root: int) -> list[int]:
    """Return a process and all that live below it."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        try:
            if entry.name.isdigit():
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
                )
        except (FileNotFoundError, ProcessLookupError):
            continue
    return [pid for pid in parents if _descends(pid, {root}, parents)]


def _descends(pid: int, roots: set[int], parents: dict[int, int]) -> bool:
    while pid not in roots:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
