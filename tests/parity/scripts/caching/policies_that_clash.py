"""Policies with different storage, isolation or locks cannot be added."""

from segue.cache_policies import INPUTS, TASK_SOURCE
from segue.locking.memory import MemoryLockManager
from segue.transactions import IsolationLevel

pairs = [
    (INPUTS.configure(key_storage="a"), TASK_SOURCE.configure(key_storage="b")),
    (
        INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE, lock_manager=MemoryLockManager()),
        TASK_SOURCE.configure(isolation_level=IsolationLevel.READ_COMMITTED),
    ),
]
for left, right in pairs:
    try:
        left + right
    except ValueError as error:
        print(type(error).__name__)
same = INPUTS.configure(key_storage="a") + TASK_SOURCE
print(same.key_storage, INPUTS.key_storage)
