"""A pool of threads that grows when its threads are blocked, not when they are merely busy for a moment.

A pool of fixed size deadlocks when tasks wait for tasks, and makes a loop over slow calls as slow as their sum. A thread for every
submission makes ten thousand short tasks slow. So a few threads start at once, and a growing pool adds more whenever nothing was
finished for a moment while something waits.
"""

from __future__ import annotations

import os
import threading
import weakref
from _queue import SimpleQueue  # all of `queue` that is needed here, and much sooner imported
from collections import deque
from collections.abc import Callable

_EAGER = 8
_STALL_SECONDS = 0.005
_MOST = 4096
_pools: weakref.WeakSet[ThreadPool] = weakref.WeakSet()


class ThreadPool:
    """Runs functions in threads; `limit` threads at most, or as many as are needed."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit or _MOST
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[..., object], tuple[object, ...], Callable[[], object]]] = deque()
        #: One for each function that waits, and one to let a thread end. Not a semaphore, whose code is Python: threads would meet
        #: in the midst of it, and wait for each other.
        self._ready: SimpleQueue[None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._finished = 0
        self._closing = False
        self._grower: threading.Thread | None = None
        _pools.add(self)

    def submit(self, function: Callable[..., object], *args: object, cancel: Callable[[], object]) -> None:
        """Run `function(*args)` soon; `cancel` is called instead when the pool is cancelled before."""
        with self._lock:
            if self._closing:
                raise RuntimeError("the pool is closed")
            self._waiting.append((function, args, cancel))
            if self._idle < len(self._waiting) and len(self._threads) < self._limit:
                if len(self._threads) < _EAGER:
                    self._grow(1)
                elif self._grower is None:
                    self._grower = threading.Thread(target=self._watch, name="segue-pool-grower", daemon=True)
                    self._grower.start()
        self._ready.put(None)

    def _grow(self, number: int) -> None:
        for _ in range(min(number, self._limit - len(self._threads))):
            thread = threading.Thread(target=self._work, name=f"segue-task-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _watch(self) -> None:
        """While something waits: when nothing was finished since the last look, every thread is blocked, so add some."""
        pause = threading.Event()
        seen = -1
        while not pause.wait(_STALL_SECONDS):
            with self._lock:
                waiting = len(self._waiting)
                if not waiting or self._closing or len(self._threads) >= self._limit:
                    self._grower = None
                    return
                if self._finished == seen and not self._idle:
                    self._grow(min(waiting, max(len(self._threads), _EAGER)))
                seen = self._finished

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            self._ready.get()
            with self._lock:
                self._idle -= 1
                if not self._waiting:
                    return
                function, args, _ = self._waiting.popleft()
            function(*args)
            # The last result must not live on in an idle thread.
            del function, args
            self._finished += 1

    def cancel(self) -> None:
        """Drop what has not begun, telling each."""
        with self._lock:
            dropped = list(self._waiting)
            self._waiting.clear()
        for _, _, cancel in dropped:
            cancel()

    def close(self) -> None:
        """Let the threads end once everything submitted has ended; does not wait for them."""
        with self._lock:
            self._closing = True
            number = len(self._threads)
        for _ in range(number):
            self._ready.put(None)

    def forked(self) -> None:
        """Become an empty pool in a child process: the threads are the parent's, and so is what waits for them."""
        self._lock = threading.Lock()
        self._ready = SimpleQueue()
        self._waiting.clear()
        self._threads.clear()
        self._idle, self._grower = 0, None


def _forked() -> None:
    for pool in list(_pools):
        pool.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
