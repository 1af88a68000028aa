"""SERIALIZABLE without a lock manager is refused with a clear error."""

import tempfile
from pathlib import Path

from segue.exceptions import ConfigurationError
from segue.filesystems import LocalFileSystem
from segue.locking.filesystem import FileSystemLockManager
from segue.locking.memory import MemoryLockManager
from segue.results import ResultStore
from segue.transactions import IsolationLevel, transaction


def store(lock_manager):
    return ResultStore(result_storage=LocalFileSystem(basepath=tempfile.mkdtemp()), lock_manager=lock_manager)


for manager in (None, MemoryLockManager(), FileSystemLockManager(lock_files_directory=Path(tempfile.mkdtemp()))):
    try:
        made = store(manager)
        with transaction(key="k", store=made, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
            print(type(manager).__name__, txn.isolation_level.name, made.is_locked("k"), made.is_lock_holder("k"))
            txn.stage(1)
        print(made.is_locked("k"), made.read("k").result)
    except ConfigurationError as error:
        print(type(error).__name__)
