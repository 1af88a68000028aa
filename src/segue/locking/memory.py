"""Locks within one process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ClassVar, Self

from msgspec import Struct

from segue.host.clock import monotonic
from segue.locking.waiting import Waits, until


class _Held(Struct, frozen=True):
    holder: str
    #: Monotonic instant at which the lock is free again.
    until: float | None


class MemoryLockManager:
    """Locks for the threads and coroutines of this process; every `MemoryLockManager()` is the same one."""

    _only: ClassVar[Self | None] = None
    _guard: ClassVar[threading.Lock] = threading.Lock()

    _changed: threading.Condition
    _held: dict[str, _Held]
    _listeners: set[Callable[[], object]]

    def __new__(cls) -> Self:
        """Return the one of this process."""
        with cls._guard:
            if cls._only is None:
                made = super().__new__(cls)
                made._changed = threading.Condition()
                made._held = {}
                made._listeners = set()
                cls._only = made
            return cls._only

    def _at(self, key: str) -> _Held | None:
        held = self._held.get(key)
        if held is not None and held.until is not None and held.until <= monotonic():
            del self._held[key]
            return None
        return held

    def _take(self, key: str, holder: str, hold_timeout: float | None) -> bool:
        with self._changed:
            held = self._at(key)
            if held is not None:
                return held.holder == holder
            self._held[key] = _Held(holder, None if hold_timeout is None else monotonic() + hold_timeout)
            return True

    def _left(self, key: str) -> float | None:
        """Seconds until the lock frees itself."""
        held = self._held.get(key)
        return None if held is None or held.until is None else max(held.until - monotonic(), 0.0)

    def _acquiring(self, key: str, holder: str, timeout: float | None, hold: float | None) -> Waits:
        return until(lambda: self._take(key, holder, hold), timeout, lambda: self._left(key))

    def _waiting(self, key: str, timeout: float | None) -> Waits:
        return until(lambda: not self.is_locked(key), timeout, lambda: self._left(key))

    def _drive(self, waits: Waits) -> bool:
        # Held from one look to the next wait, so that no release falls between them.
        with self._changed:
            try:
                while True:
                    self._changed.wait(next(waits))
            except StopIteration as end:
                return bool(end.value)

    async def _adrive(self, waits: Waits) -> bool:
        # A door: only coroutines need the event loop.
        import asyncio  # noqa: PLC0415

        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._changed:
            self._listeners.add(wake)
        try:
            while True:
                changed.clear()
                try:
                    longest = next(waits)
                except StopIteration as end:
                    return bool(end.value)
                try:
                    await asyncio.wait_for(changed.wait(), longest)
                except TimeoutError:
                    continue
        finally:
            with self._changed:
                self._listeners.discard(wake)

    def acquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Wait for the lock and take it; False when `acquire_timeout` seconds passed. Freed by itself after `hold_timeout`."""
        return self._drive(self._acquiring(key, holder, acquire_timeout, hold_timeout))

    async def aacquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Wait for the lock without blocking the event loop, and take it."""
        return await self._adrive(self._acquiring(key, holder, acquire_timeout, hold_timeout))

    def release_lock(self, key: str, holder: str) -> None:
        """Give the lock back; raises ValueError when `holder` does not hold it."""
        with self._changed:
            held = self._at(key)
            if held is None or held.holder != holder:
                raise ValueError(f"No lock held by {holder} for transaction with key {key}")
            del self._held[key]
            self._changed.notify_all()
            for wake in self._listeners:
                wake()

    def is_locked(self, key: str) -> bool:
        """Say whether anybody holds the lock."""
        with self._changed:
            return self._at(key) is not None

    def is_lock_holder(self, key: str, holder: str) -> bool:
        """Say whether `holder` holds the lock."""
        with self._changed:
            held = self._at(key)
            return held is not None and held.holder == holder

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock is free, without taking it; False when `timeout` seconds passed."""
        return self._drive(self._waiting(key, timeout))

    async def await_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock is free without blocking the event loop."""
        return await self._adrive(self._waiting(key, timeout))
