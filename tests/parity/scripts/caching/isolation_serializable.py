from pathlib import Path

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.locking.filesystem import FileSystemLockManager
from segue.locking.memory import MemoryLockManager
from segue.transactions import IsolationLevel

runs = []
memory = INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE, lock_manager=MemoryLockManager())
text = INPUTS.configure(isolation_level="SERIALIZABLE", lock_manager=FileSystemLockManager(Path("locks")))
print(memory.isolation_level, type(memory.lock_manager).__name__, type(memory).__name__, text.isolation_level)
print(INPUTS.isolation_level, INPUTS.lock_manager)


@task(cache_policy=memory, persist_result=True)
def guarded(x):
    runs.append(x)
    return x


@task(cache_policy=text, persist_result=True)
def by_file(x):
    runs.append(("file", x))
    return x


@task(cache_policy=INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE), persist_result=True)
def no_lock(x):
    return x


@flow
def main():
    print([guarded(5) for _ in range(3)])
    print([by_file(6) for _ in range(3)])
    try:
        print(no_lock(1))
    except Exception as error:
        print(type(error).__name__, str(error)[:60])


main()
print(runs)
