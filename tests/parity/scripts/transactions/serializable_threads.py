"""The second of two equal serializable transactions waits, and finds the work done."""

import tempfile
import threading

from segue.filesystems import LocalFileSystem
from segue.locking.memory import MemoryLockManager
from segue.results import ResultStore
from segue.transactions import IsolationLevel, transaction

store = ResultStore(result_storage=LocalFileSystem(basepath=tempfile.mkdtemp()), lock_manager=MemoryLockManager())
inside = threading.Event()
seen = []


def second():
    inside.wait()
    with transaction(key="shared", store=store, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
        seen.append((txn.is_committed(), txn.read().result))


thread = threading.Thread(target=second)
thread.start()
with transaction(key="shared", store=store, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
    inside.set()
    thread.join(timeout=0.3)
    print("waiting", thread.is_alive(), seen)
    txn.stage("value")
thread.join()
print(seen)
