"""Lock managers name their holder, time out, and free on release."""

import tempfile
from pathlib import Path

from segue.locking.filesystem import FileSystemLockManager
from segue.locking.memory import MemoryLockManager

print(MemoryLockManager() is MemoryLockManager())
for locks in (MemoryLockManager(), FileSystemLockManager(lock_files_directory=Path(tempfile.mkdtemp()))):
    print(type(locks).__name__)
    print(locks.acquire_lock("k", holder="me"), locks.acquire_lock("k", holder="me"))
    print(locks.acquire_lock("k", holder="you", acquire_timeout=0.05))
    print(locks.is_locked("k"), locks.is_lock_holder("k", "me"), locks.is_lock_holder("k", "you"))
    print(locks.wait_for_lock("k", timeout=0.05))
    try:
        locks.release_lock("k", holder="you")
    except Exception as error:
        print(type(error).__name__)
    locks.release_lock("k", holder="me")
    print(locks.is_locked("k"), locks.wait_for_lock("k", timeout=0.05))
    print(locks.acquire_lock("held", holder="a", hold_timeout=0.01), locks.wait_for_lock("held", timeout=2))
