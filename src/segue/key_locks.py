"""Locks on the keys of a result store, in the name of whoever runs."""

from __future__ import annotations

import os
import socket
import sys
import threading
from typing import TYPE_CHECKING

from segue.exceptions import ConfigurationError
from segue.locking.protocol import LockManager

if TYPE_CHECKING:
    from segue.transaction_life import IsolationLevel

_NO_LOCKS = (
    "Result store is not configured with a lock manager. Please set a lock manager when creating the result store to"
    " enable locking."
)


class KeyLocks:
    """The methods of a result store that lock keys."""

    lock_manager: LockManager | None

    @staticmethod
    def generate_default_holder() -> str:
        """Return a name for whoever runs here: machine, process, thread, and asyncio task where there is one."""
        thread = threading.current_thread()
        name = f"{socket.gethostname()}:{os.getpid()}:{thread.ident}:{thread.name}"
        asyncio = sys.modules.get("asyncio")
        if asyncio is None:
            return name
        try:
            return f"{name}:{id(asyncio.current_task())}"
        except RuntimeError:
            return name  # no event loop is running here

    def supports_isolation_level(self, level: IsolationLevel) -> bool:
        """Say whether the store can isolate transactions as much as that."""
        if level.name == "READ_COMMITTED":
            return True
        return self.lock_manager is not None

    @property
    def locks(self) -> LockManager:
        """The lock manager; raises ConfigurationError when there is none."""
        if self.lock_manager is None:
            raise ConfigurationError(_NO_LOCKS)
        return self.lock_manager

    def acquire_lock(self, key: str, holder: str | None = None, timeout: float | None = None) -> bool:
        """Wait for the lock of a key and take it; False when `timeout` seconds passed."""
        return self.locks.acquire_lock(key, holder or self.generate_default_holder(), timeout)

    async def aacquire_lock(self, key: str, holder: str | None = None, timeout: float | None = None) -> bool:
        """Wait for the lock of a key and take it; False when `timeout` seconds passed."""
        return await self.locks.aacquire_lock(key, holder or self.generate_default_holder(), timeout)

    def release_lock(self, key: str, holder: str | None = None) -> None:
        """Give the lock of a key back; raises ValueError when the holder does not hold it."""
        self.locks.release_lock(key, holder or self.generate_default_holder())

    def is_locked(self, key: str) -> bool:
        """Say whether anybody holds the lock of a key."""
        return self.locks.is_locked(key)

    def is_lock_holder(self, key: str, holder: str | None = None) -> bool:
        """Say whether the holder holds the lock of a key."""
        return self.locks.is_lock_holder(key, holder or self.generate_default_holder())

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock of a key is free; False when `timeout` seconds passed."""
        return self.locks.wait_for_lock(key, timeout)

    async def await_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock of a key is free; False when `timeout` seconds passed."""
        return await self.locks.await_for_lock(key, timeout)
