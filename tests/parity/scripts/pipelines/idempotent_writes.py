from pathlib import Path

from segue import flow, task
from segue.filesystems import LocalFileSystem
from segue.locking.memory import MemoryLockManager
from segue.results import ResultStore
from segue.transactions import CommitMode, IsolationLevel, transaction

LEDGER = Path("ledger.txt")
STORE = ResultStore(
    result_storage=LocalFileSystem(basepath=str(Path("marks").resolve())), lock_manager=MemoryLockManager()
)


@task
def write(line: str) -> int:
    with LEDGER.open("a") as out:
        out.write(line + "\n")
    return len(line)


@flow
def book(day: str, line: str):
    with transaction(key=f"booked-{day}", store=STORE, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
        if txn.is_committed():
            return "already", txn.read().result
        size = write(line)
        if line == "broken":
            raise ValueError("broken line")
        txn.stage({"day": day, "size": size})
    return "booked", txn.state.name


print(book("mon", "first"))
print(book("mon", "second"))
try:
    book("tue", "broken")
except ValueError as error:
    print(error)
print(book("tue", "third"))
print(LEDGER.read_text().split())
print(sorted(path.name for path in Path("marks").iterdir()))

with transaction(key="off", store=STORE, commit_mode=CommitMode.OFF) as txn:
    txn.stage(1)
print(txn.state.name, STORE.exists("off"))
with transaction(key="booked-mon", store=STORE, overwrite=True) as txn:
    print(txn.is_committed())
    txn.stage("new")
print(STORE.read("booked-mon").result)
