"""Signals that ask a process to end, answered where that is safe.

A handler interrupts whatever the main thread does, which may hold a lock: of a log's stream, of an event that it waits for. So a
handler only puts the number where a thread finds it (`SimpleQueue.put` is the one way of telling a thread that may be interrupted
by itself), and that thread does what is asked.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def answered(
    obey: Callable[[signal.Signals, int], object],
    *,
    insisted: Callable[[signal.Signals], object] | None = None,
    numbers: Sequence[signal.Signals] = ENDING,
) -> Iterator[None]:
    """While the block lasts, answer signals by `obey(signal, times)` in a thread of its own; `times` counts from 1.

    `insisted`: what happens instead at the second signal and later ones, at once and in the main thread: it may raise there, and
    must take no lock. Only the main thread hears of signals: in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told: SimpleQueue[signal.Signals | None] = SimpleQueue()
    times = 0

    def heard(number: int, _frame: FrameType | None) -> None:
        nonlocal times
        times += 1
        if times > 1 and insisted is not None:
            insisted(signal.Signals(number))
        else:
            told.put(signal.Signals(number))

    def answer() -> None:
        count = 0
        while (number := told.get()) is not None:
            count += 1
            obey(number, count)

    before = {number: signal.signal(number, heard) for number in numbers}
    threading.Thread(target=answer, name="segue-signals", daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        told.put(None)
