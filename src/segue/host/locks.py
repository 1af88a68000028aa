"""Locks between processes: a lock on a file that the kernel gives back when its holder dies."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FileLock:
    """An exclusive lock on a file; waits in the kernel; not reentrant, used by one thread at a time."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        self._held = False

    def acquire(self) -> None:
        """Wait for the lock and take it."""
        if sys.platform == "win32":
            os.lseek(self._file, 0, os.SEEK_SET)
            while True:
                try:
                    # Tries ten times, a second apart, then raises.
                    msvcrt.locking(self._file, msvcrt.LK_LOCK, 1)
                    break
                except OSError:
                    continue
        else:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._held = True

    def try_acquire(self) -> bool:
        """Take the lock if nobody has it; say whether it was taken."""
        try:
            if sys.platform == "win32":
                os.lseek(self._file, 0, os.SEEK_SET)
                msvcrt.locking(self._file, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        self._held = True
        return True

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held."""
        if self._file < 0 or (sys.platform == "win32" and not self._held):
            return
        self._held = False
        if sys.platform == "win32":
            os.lseek(self._file, 0, os.SEEK_SET)
            msvcrt.locking(self._file, msvcrt.LK_UNLCK, 1)
        else:
            # Whatever `_held` says: an exception may have been thrown in between the call that locked and the note of it.
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def is_at(self, path: str) -> bool:
        """Say whether the file that is locked still bears this name: another one may have taken its place."""
        try:
            return os.path.samestat(os.fstat(self._file), os.stat(path))
        except OSError:
            return False

    def close(self) -> None:
        """Give the lock back and close the file; the file itself stays, because others may wait on it."""
        self.release()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def handed_over(self) -> int:
        """Return the file's descriptor, for children to inherit: held until the last of them has closed it."""
        os.set_inheritable(self._file, True)  # noqa: FBT003 - the system's own signature
        found, self._file, self._held = self._file, -1, False
        return found

    def abandon(self) -> None:
        """Close the file in a forked child without unlocking: the lock is the parent's."""
        if self._file >= 0:
            os.close(self._file)
            self._file, self._held = -1, False
