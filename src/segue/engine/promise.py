"""The end of a task run that is not there yet. Lighter than `concurrent.futures.Future`: a lock only when somebody waits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from segue.host import clock

if TYPE_CHECKING:
    from segue.engine.ended import Ended

#: The longest wait that nothing can interrupt in a thread other than the main one.
SLICE_SECONDS = 0.25
_guard = threading.Lock()
#: This process, as opposed to the one that it was forked from.
_here = object()


class Promise:
    """Settled once with an `Ended`; every thread may wait."""

    __slots__ = ("_callbacks", "_process", "_waiters", "ended")
    #: Why its end will never be known here, where that is so.
    problem: BaseException | None = None

    def __init__(self) -> None:
        self._process = _here
        self.ended: Ended | None = None
        self._waiters: list[threading.Lock] = []
        self._callbacks: list[Callable[[], object]] = []

    def settle(self, ended: Ended) -> None:
        """Give the outcome; the first one counts. Callbacks run here, each on its own: one that raises stops no other."""
        with _guard:
            if self.ended is not None:
                return
            self.ended = ended
            waiters, self._waiters = self._waiters, []
            callbacks, self._callbacks = self._callbacks, []
        for waiter in waiters:
            waiter.release()
        for callback in callbacks:
            callback()

    def adopt(self) -> None:
        """The run is no business of the process that this one was forked from: its end can be seen here as well."""
        if self._process is not _here:
            self._process, self._waiters, self._callbacks = _here, [], []

    @property
    def watched(self) -> bool:
        """Whether something is to be called once settled."""
        return bool(self._callbacks)

    def wait(self, timeout: float | None = None) -> bool:
        """Return True once settled, False when `timeout` seconds passed first."""
        if self.ended is not None:
            return True
        if self._process is not _here:
            raise RuntimeError(
                "This task runs in the process that this one was forked from; its end cannot be seen here."
            )
        waiter = threading.Lock()
        waiter.acquire()
        with _guard:
            if self.ended is not None:
                return True
            self._waiters.append(waiter)
        deadline = None if timeout is None else clock.monotonic() + timeout
        while self.ended is None:
            # In slices: where only a byte code can be interrupted, there must be one from time to time.
            left = SLICE_SECONDS if deadline is None else min(deadline - clock.monotonic(), SLICE_SECONDS)
            if left <= 0:
                with _guard:
                    if waiter in self._waiters:
                        self._waiters.remove(waiter)
                break
            waiter.acquire(timeout=left)
        return self.ended is not None

    def when_done(self, callback: Callable[[], object]) -> None:
        """Call `callback` once settled; at once when it is."""
        with _guard:
            if self.ended is None:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], object]) -> None:
        """Whoever wanted to be called once settled does not wait any more."""
        with _guard:
            self._callbacks = [each for each in self._callbacks if each is not callback]


def wait_all(promises: Sequence[Promise], timeout: float | None = None) -> bool:
    """Wait for all; False when `timeout` seconds passed first."""
    if timeout is None:
        for promise in promises:
            promise.wait()
        return True
    deadline = clock.monotonic() + timeout
    return all(promise.wait(deadline - clock.monotonic()) for promise in promises)


def _forked() -> None:
    global _guard, _here
    _guard, _here = threading.Lock(), object()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
