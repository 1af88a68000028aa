"""Locks between processes that share a folder.

Each held key is a file that names its holder. Every look and every change is made under one lock of the operating system on a
guard file, which the kernel frees when its holder dies: so a lock file is never seen half-written, and never taken over by two.
A lock whose process is proven dead is free.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from segue.host import process
from segue.host.clock import now
from segue.host.disk import is_network_path
from segue.host.locks import FileLock
from segue.locking.waiting import Waits, until

#: Seconds between two looks at a lock that somebody else holds: there is no call to wait for another process' file.
_LOOK = 0.02


class _Held(Struct, frozen=True):
    key: str
    holder: str
    process: process.Identity
    #: Instant, by the clock on the wall, at which the lock is free again.
    until: datetime | None = None


class FileSystemLockManager:
    """Locks for all processes that name the same folder."""

    def __init__(self, lock_files_directory: Path | str) -> None:
        self.lock_files_directory = Path(lock_files_directory).expanduser().resolve()
        self._pid = os.getpid()
        self._threads = threading.Lock()
        self._guard_file: FileLock | None = None
        self._is_on_own_disk = False

    @contextmanager
    def _guard(self) -> Iterator[None]:
        if self._pid != os.getpid():
            # After a fork the open guard file, and with it the lock, would be shared with the parent.
            if self._guard_file is not None:
                self._guard_file.abandon()
            self._pid, self._threads, self._guard_file = os.getpid(), threading.Lock(), None
        with self._threads:
            if self._guard_file is None:
                self.lock_files_directory.mkdir(parents=True, exist_ok=True)
                self._is_on_own_disk = not is_network_path(str(self.lock_files_directory))
                self._guard_file = FileLock(str(self.lock_files_directory / ".guard"))
            self._guard_file.acquire()
            try:
                yield
            finally:
                self._guard_file.release()

    def _place(self, key: str) -> Path:
        # Hashed, because a key may hold slashes and be longer than a file's name.
        return self.lock_files_directory / f"{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}.lock"

    def _at(self, place: Path) -> _Held | None:
        """Who holds the lock; to be called under the guard."""
        try:
            held = msgspec.json.decode(place.read_bytes(), type=_Held)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError:
            # Its writer died between opening and writing: it never held the lock.
            return None
        over = held.until is not None and held.until <= now()
        return None if over or process.is_alive(held.process, here=self._is_on_own_disk) is False else held

    def _take(self, key: str, holder: str, hold_timeout: float | None) -> bool:
        place = self._place(key)
        with self._guard():
            held = self._at(place)
            if held is not None:
                return held.holder == holder
            until_ = None if hold_timeout is None else now() + timedelta(seconds=hold_timeout)
            place.write_bytes(msgspec.json.encode(_Held(key, holder, process.this_process(), until_)))
            return True

    def _acquiring(self, key: str, holder: str, timeout: float | None, hold: float | None) -> Waits:
        return until(lambda: self._take(key, holder, hold), timeout, lambda: _LOOK)

    def _waiting(self, key: str, timeout: float | None) -> Waits:
        return until(lambda: not self.is_locked(key), timeout, lambda: _LOOK)

    def acquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Wait for the lock and take it; False when `acquire_timeout` seconds passed. Freed by itself after `hold_timeout`."""
        return _drive(self._acquiring(key, holder, acquire_timeout, hold_timeout))

    async def aacquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Wait for the lock without blocking the event loop, and take it."""
        return await _adrive(self._acquiring(key, holder, acquire_timeout, hold_timeout))

    def release_lock(self, key: str, holder: str) -> None:
        """Give the lock back; raises ValueError when `holder` does not hold it."""
        place = self._place(key)
        with self._guard():
            held = self._at(place)
            if held is None or held.holder != holder:
                raise ValueError(f"No lock held by {holder} for transaction with key {key}")
            place.unlink(missing_ok=True)

    def is_locked(self, key: str) -> bool:
        """Say whether anybody holds the lock."""
        with self._guard():
            return self._at(self._place(key)) is not None

    def is_lock_holder(self, key: str, holder: str) -> bool:
        """Say whether `holder` holds the lock."""
        with self._guard():
            held = self._at(self._place(key))
            return held is not None and held.holder == holder

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock is free, without taking it; False when `timeout` seconds passed."""
        return _drive(self._waiting(key, timeout))

    async def await_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until the lock is free without blocking the event loop."""
        return await _adrive(self._waiting(key, timeout))

    def __getstate__(self) -> Path:
        return self.lock_files_directory

    def __setstate__(self, state: Path) -> None:
        self.__init__(state)  # type: ignore[misc] # an opened guard file cannot travel to another process

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileSystemLockManager) and self.lock_files_directory == other.lock_files_directory

    def __hash__(self) -> int:
        return hash(self.lock_files_directory)


def _drive(waits: Waits) -> bool:
    try:
        while True:
            time.sleep(next(waits) or _LOOK)
    except StopIteration as end:
        return bool(end.value)


async def _adrive(waits: Waits) -> bool:
    # A door: only coroutines need the event loop.
    import asyncio  # noqa: PLC0415

    try:
        while True:  # noqa: ASYNC110 - no event tells of another process' file
            await asyncio.sleep(next(waits) or _LOOK)
    except StopIteration as end:
        return bool(end.value)
