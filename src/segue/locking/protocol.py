"""What a lock manager offers to result stores and transactions."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class LockManager(Protocol):
    """Gives each key to one holder at a time; a holder is any text, and may take what it holds again."""

    def acquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Wait for the lock and take it; False when `acquire_timeout` seconds passed. Freed by itself after `hold_timeout`."""
        ...

    async def aacquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Wait for the lock without blocking the event loop, and take it."""
        ...

    def release_lock(self, key: str, holder: str) -> None:
        """Give the lock back; raises ValueError when `holder` does not hold it."""
        ...

    def is_locked(self, key: str) -> bool:
        """Say whether anybody holds the lock."""
        ...

    def is_lock_holder(self, key: str, holder: str) -> bool:
        """Say whether `holder` holds the lock."""
        ...

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock is free, without taking it; False when `timeout` seconds passed."""
        ...

    async def await_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock is free without blocking the event loop."""
        ...
