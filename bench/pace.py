"""How fast the machine itself is at the moment: a figure of one day is compared with another day's by these."""

from __future__ import annotations

import os
import queue
import statistics
import tempfile
import threading
import time
from collections.abc import Callable

_ROUNDS = 1_000_000
_TURNS = 5_000
_WRITES = 50


def pace() -> str:
    """Measure plain Python, two threads that wake each other, and writes that are on the disk, and say what was found.

    Takes about two seconds. A machine whose cores are lent out may do half as much an hour later.
    """
    loop = _median(_loop)
    turns = _TURNS / _median(_hand_over)
    writes = _WRITES / _median(_write)
    return (
        f"a million rounds of a plain loop in {1000 * loop:.0f} ms, {turns:,.0f} times a second from one thread to another "
        f"and back, {writes:,.0f} writes a second that are on the disk"
    )


def _median(measured: Callable[[], None]) -> float:
    found: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        measured()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def _loop() -> None:
    total = 0
    for number in range(_ROUNDS):
        total += number & 7


def _hand_over() -> None:
    there: queue.SimpleQueue[int] = queue.SimpleQueue()
    back: queue.SimpleQueue[int] = queue.SimpleQueue()

    def answer() -> None:
        for _ in range(_TURNS):
            back.put(there.get())

    thread = threading.Thread(target=answer)
    thread.start()
    for number in range(_TURNS):
        there.put(number)
        back.get()
    thread.join()


def _write() -> None:
    with tempfile.TemporaryFile() as file:
        for _ in range(_WRITES):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
